package org.llmsys.tokenizer.internal.sentencepiece;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.llmsys.tokenizer.Tokenizer;

/**
 * SentencePiece's own {@code .model} file, a Protocol Buffers message.
 *
 * <pre>
 *   1: piece*         {1: text, 2: score, 3: type}
 *   2: trainer        {3: model type, 4: vocabulary size, 24: space as suffix, 35: byte fallback, 40-43: ids of unk, bos, eos, pad,
 *                      44: what unk is decoded to, 45-48: texts of unk, bos, eos, pad}
 *   3: normalizer     {1: name, 2: compiled character map, 3: dummy prefix, 4: remove extra spaces, 5: escape spaces}
 *   5: denormalizer   {2: compiled character map}
 * </pre>
 *
 * <p>A map that is applied to decoded text is refused by name, and so are the model types word and char. As SentencePiece itself does,
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
    private boolean suffix;
    private boolean dummyPrefix = true;
    private boolean removeExtra = true;
    private boolean escape = true;
    private byte[] map = {};
    private String beginPiece = "<s>";
    private String endPiece = "</s>";
    private String unknownSurface = TextForm.UNKNOWN_TEXT;

    private SentencePieceModel() {
    }

    /** The tokenizer in this file, if it is of this type; it adds nothing at the ends. */
    static Optional<Tokenizer> read(byte[] bytes, String type) {
        return read(bytes, type, EndsBeside.NONE);
    }

    /** The tokenizer in this file, if it is of this type. */
    static Optional<Tokenizer> read(byte[] bytes, String type, EndsBeside ends) {
        SentencePieceModel model = new SentencePieceModel();
        new ProtoMessage(ByteBuffer.wrap(bytes)).forEach(model::part);
        if (model.modelType != UNIGRAM && model.modelType != BPE) {
            throw Pieces.damaged("its model type is " + (model.modelType == 3 ? "word" : model.modelType == 4 ? "char" : model.modelType)
                    + ", which is not implemented; unigram and bpe are");
        }
        if (!type.equals(model.modelType == BPE ? SentencePieceBpeType.TYPE : UnigramType.TYPE)) {
            return Optional.empty();
        }
        Pieces pieces = new Pieces(model.pieces);
        if (pieces.unknown() < 0) {
            throw Pieces.damaged("no piece stands for the unknown");
        }
        if (model.byteFallback && !pieces.hasBytes()) {
            throw Pieces.damaged("unknown characters are to become bytes, and not all of <0x00> to <0xFF> are pieces");
        }
        Spacing spacing = new Spacing(model.dummyPrefix, model.removeExtra, model.suffix, model.escape);
        CharacterMap map = model.map.length == 0 ? null : new CharacterMap(model.map);
        TextForm form = TextForm.sentencePiece(new Preparation.SentencePiece(spacing, map), model.byteFallback,
                ids(ends.begin(), model.beginPiece, pieces), ids(ends.end(), model.endPiece, pieces),
                pieces.vocabulary().id(model.endPiece).orElse(-1))
                .withUnknownText(model.unknownSurface);
        return Optional.of(PieceFiles.tokenizer(type, pieces, form));
    }

    private static List<Integer> ids(boolean added, String piece, Pieces pieces) {
        return added ? pieces.vocabulary().id(piece).stream().toList() : List.of();
    }

    private void part(ProtoMessage.Field field) {
        switch (field.number()) {
            case 1 -> piece(field.message());
            case 2 -> field.message().forEach(this::trainer);
            case 3 -> field.message().forEach(this::normalizer);
            case 5 -> field.message().forEach(part -> {
                if (part.number() == 2 && part.content().length > 0) {
                    throw Pieces.damaged("its denormalizer is a compiled character map, which is not implemented");
                }
            });
            default -> {
                // self-test samples and extensions
            }
        }
    }

    private void piece(ProtoMessage message) {
        if (pieces.size() == Pieces.MOST) {
            throw Pieces.damaged("it has more than " + Pieces.MOST + " pieces");
        }
        String[] text = {""};
        double[] score = {0};
        PieceType[] type = {PieceType.NORMAL};
        message.forEach(field -> {
            switch (field.number()) {
                case 1 -> text[0] = PieceFiles.utf8(field.content(), pieces.size());
                case 2 -> score[0] = field.real();
                case 3 -> type[0] = PieceType.numbered(field.whole());
                default -> {
                    // extensions
                }
            }
        });
        pieces.add(new Pieces.Piece(text[0], score[0], type[0]));
    }

    private void trainer(ProtoMessage.Field field) {
        switch (field.number()) {
            case 3 -> modelType = (int) field.whole();
            case 24 -> suffix = field.flag();
            case 35 -> byteFallback = field.flag();
            case 44 -> unknownSurface = PieceFiles.utf8(field.content(), 0);
            case 46 -> beginPiece = PieceFiles.utf8(field.content(), 0);
            case 47 -> endPiece = PieceFiles.utf8(field.content(), 0);
            default -> {
                // how it was trained
            }
        }
    }

    private void normalizer(ProtoMessage.Field field) {
        switch (field.number()) {
            case 2 -> map = field.content();
            case 3 -> dummyPrefix = field.flag();
            case 4 -> removeExtra = field.flag();
            case 5 -> escape = field.flag();
            default -> {
                // its name
            }
        }
    }

    /**
     * The same for a tokenizer. The file does not say whether a beginning and an end are added: its readers decide that.
     *
     * @param pieces with scores that say how they merge
     */
    static byte[] write(String type, Pieces pieces, TextForm form, Preparation.SentencePiece preparation) {
        ProtoMessage.Writer model = new ProtoMessage.Writer();
        for (Pieces.Piece piece : pieces.all()) {
            model.content(1, new ProtoMessage.Writer().text(1, piece.text()).real(2, (float) piece.score()).whole(3, piece.type().ordinal()
                    + 1).bytes());
        }
        Spacing spacing = preparation.spacing();
        int begin = pieces.vocabulary().id("<s>").orElse(-1);
        ProtoMessage.Writer trainer = new ProtoMessage.Writer().whole(3, type.equals(SentencePieceBpeType.TYPE) ? BPE : UNIGRAM).whole(4,
                pieces.size())
                .flag(24, spacing.suffix()).flag(35, form.byteFallback())
                .whole(40, pieces.unknown()).whole(41, begin).whole(42, form.end()).whole(43, pieces.vocabulary().id("<pad>").orElse(-1))
                .text(44, form.unknownText()).text(45, pieces.get(pieces.unknown()).text());
        if (form.end() >= 0) {
            trainer.text(47, pieces.get(form.end()).text());
        }
        ProtoMessage.Writer normalizer = new ProtoMessage.Writer().text(1, preparation.map() == null ? "identity" : "user_defined")
                .content(2, preparation.map() == null ? new byte[0] : preparation.map().blob())
                .flag(3, spacing.prefix()).flag(4, spacing.removeExtra()).flag(5, spacing.escape());
        return model.content(2, trainer.bytes()).content(3, normalizer.bytes()).bytes();
    }
}
