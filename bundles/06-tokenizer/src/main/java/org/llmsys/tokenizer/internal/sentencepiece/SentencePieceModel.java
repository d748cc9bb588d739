package org.llmsys.tokenizer.internal.sentencepiece;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.llmsys.tokenizer.Tokenizer;

/**
 * Reads SentencePiece's own {@code .model} file, a Protocol Buffers message.
 *
 * <pre>
 *   1: piece*         {1: text, 2: score, 3: type}
 *   2: trainer        {3: model type, 24: space as suffix, 35: byte fallback}
 *   3: normalizer     {1: name, 2: compiled character map, 3: dummy prefix, 4: remove extra spaces, 5: escape spaces}
 *   5: denormalizer   {2: compiled character map}
 * </pre>
 *
 * <p>A normalization that changes characters (a compiled map, as {@code nmt_nfkc} has) is refused by name. As SentencePiece itself does,
 * the tokenizer adds neither beginning nor end.
 *
 * @see <a href="https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto">The message</a>
 */
final class SentencePieceModel {

    private static final int UNIGRAM = 1;
    private static final int BPE = 2;

    private final List<Pieces.Piece> pieces = new ArrayList<>();
    private int modelType = UNIGRAM;
    private boolean byteFallback;
    private boolean dummyPrefix = true;
    private boolean removeExtra = true;

    private SentencePieceModel() {
    }

    static Optional<Tokenizer> read(byte[] bytes, String type) {
        SentencePieceModel model = new SentencePieceModel();
        new Message(ByteBuffer.wrap(bytes)).forEach(model::part);
        if (model.modelType != UNIGRAM && model.modelType != BPE) {
            throw Pieces.damaged("its model type is " + (model.modelType == 3 ? "word" : model.modelType == 4 ? "char" : model.modelType)
                    + ", which is not implemented; unigram and bpe are");
        }
        if (!type.equals(model.modelType == BPE ? SentencePieceBpeType.TYPE : UnigramType.TYPE)) {
            return Optional.empty();
        }
        Pieces pieces = new Pieces(model.pieces);
        Spacing spacing = new Spacing(model.dummyPrefix ? Spacing.Prefix.EVERY : Spacing.Prefix.NONE, false, model.removeExtra, false);
        return Optional.of(PieceFiles.tokenizer(type, pieces, TextForm.sentencePiece(spacing, model.byteFallback, List.of(), List.of(),
                pieces.vocabulary().id("</s>").orElse(-1))));
    }

    private void part(Message.Field field) {
        switch (field.number()) {
            case 1 -> piece(field.message());
            case 2 -> field.message().forEach(this::trainer);
            case 3 -> field.message().forEach(this::normalizer);
            case 5 -> field.message().forEach(denormalizer -> refuseMap(denormalizer, "denormalizer", ""));
            default -> {
                // self-test samples and extensions
            }
        }
    }

    private void piece(Message message) {
        if (pieces.size() == Pieces.MOST) {
            throw Pieces.damaged("it has more than " + Pieces.MOST + " pieces");
        }
        String[] text = {""};
        double[] score = {0};
        PieceType[] type = {PieceType.NORMAL};
        message.forEach(field -> {
            switch (field.number()) {
                case 1 -> text[0] = PieceFiles.utf8(field.bytes(), pieces.size());
                case 2 -> score[0] = field.real();
                case 3 -> type[0] = PieceType.numbered(field.whole());
                default -> {
                    // extensions
                }
            }
        });
        pieces.add(new Pieces.Piece(text[0], score[0], type[0]));
    }

    private void trainer(Message.Field field) {
        switch (field.number()) {
            case 3 -> modelType = (int) field.whole();
            case 24 -> require(field.whole() == 0, "it writes spaces as a suffix (treat_whitespace_as_suffix)");
            case 35 -> byteFallback = field.whole() != 0;
            default -> {
                // how it was trained
            }
        }
    }

    private String normalizerName = "unnamed";

    private void normalizer(Message.Field field) {
        switch (field.number()) {
            case 1 -> normalizerName = PieceFiles.utf8(field.bytes(), 0);
            case 3 -> dummyPrefix = field.whole() != 0;
            case 4 -> removeExtra = field.whole() != 0;
            case 5 -> require(field.whole() != 0, "it does not escape spaces (escape_whitespaces)");
            default -> refuseMap(field, "normalization", normalizerName);
        }
    }

    private static void refuseMap(Message.Field field, String what, String name) {
        require(field.number() != 2 || field.bytes().length == 0, "its " + what + " " + name + " is a compiled character map");
    }

    private static void require(boolean implemented, String what) {
        if (!implemented) {
            throw Pieces.damaged(what + ", which is not implemented");
        }
    }

    /** A Protocol Buffers message: fields of a number and a value, one after another. */
    private record Message(ByteBuffer bytes) {

        /** One field; which of the values it has follows from the number. */
        record Field(int number, int wire, long value, ByteBuffer data) {

            long whole() {
                return require(0) ? value : 0;
            }

            float real() {
                return require(5) ? Float.intBitsToFloat((int) value) : 0;
            }

            Message message() {
                return require(2) ? new Message(data.duplicate()) : null;
            }

            byte[] bytes() {
                require(2);
                byte[] copy = new byte[data.remaining()];
                data.duplicate().get(copy);
                return copy;
            }

            private boolean require(int wanted) {
                if (wire != wanted) {
                    throw Pieces.damaged("the field " + number + " has the wire type " + wire + " instead of " + wanted);
                }
                return true;
            }
        }

        void forEach(java.util.function.Consumer<Field> visitor) {
            ByteBuffer in = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
            while (in.hasRemaining()) {
                long tag = varint(in);
                int number = (int) (tag >>> 3);
                int wire = (int) tag & 7;
                if (tag >>> 3 == 0 || tag >>> 32 != 0) {
                    throw Pieces.damaged("a field has the number " + (tag >>> 3));
                }
                switch (wire) {
                    case 0 -> visitor.accept(new Field(number, wire, varint(in), null));
                    case 1 -> visitor.accept(new Field(number, wire, have(in, 8).getLong(), null));
                    case 2 -> {
                        long length = varint(in);
                        if (length < 0 || length > in.remaining()) {
                            throw Pieces.damaged("the field " + number + " claims " + Long.toUnsignedString(length) + " bytes, and " + in.remaining() + " follow");
                        }
                        ByteBuffer data = in.slice(in.position(), (int) length);
                        in.position(in.position() + (int) length);
                        visitor.accept(new Field(number, wire, 0, data));
                    }
                    case 5 -> visitor.accept(new Field(number, wire, have(in, 4).getInt(), null));
                    default -> throw Pieces.damaged("the field " + number + " has the unknown wire type " + wire);
                }
            }
        }

        private static long varint(ByteBuffer in) {
            long value = 0;
            for (int shift = 0; shift < 70; shift += 7) {
                byte b = have(in, 1).get();
                value |= (long) (b & 0x7F) << shift;
                if (b >= 0) {
                    return value;
                }
            }
            throw Pieces.damaged("a number has more than ten bytes");
        }

        private static ByteBuffer have(ByteBuffer in, int bytes) {
            if (in.remaining() < bytes) {
                throw Pieces.damaged("it ends inside a field");
            }
            return in;
        }
    }
}
