package org.llmsys.tokenizer.internal.sentencepiece;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.llmsys.files.GgufFile;
import org.llmsys.files.GgufReader;
import org.llmsys.files.GgufValue;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile;

/** Reads tokenizers of this kind from the files that are not {@code tokenizer.json}. */
final class PieceFiles {

    /** As Llama's vocabularies want it. */
    static final Preparation.SentencePiece PLAIN = new Preparation.SentencePiece(Spacing.LLAMA, null);

    private static final String KEYS = "tokenizer.ggml.";

    private PieceFiles() {
    }

    /** The tokenizer in this file if it is of the type {@code sentencepiece-bpe} or {@code unigram} that is asked for. */
    static Optional<Tokenizer> read(TokenizerFile file, String type) {
        return switch (file.form()) {
            case SENTENCEPIECE -> SentencePieceModel.read(file.bytes(), type, EndsBeside.of(file.path()));
            case LLAMA2C -> type.equals(SentencePieceBpeType.TYPE) ? Optional.of(llama2c(file.bytes())) : Optional.empty();
            case GGUF -> gguf(GgufReader.read(file.path()), type);
            default -> Optional.empty();
        };
    }

    /**
     * llama2.c's {@code tokenizer.bin}: the length of the longest piece, then for each piece its score, its length and its bytes. Spaces
     * stand as spaces; the first three pieces are the unknown, the beginning and the end.
     */
    static Tokenizer llama2c(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() < 4) {
            throw Pieces.damaged("it has " + bytes.length + " bytes");
        }
        int longest = in.getInt();
        List<Pieces.Piece> pieces = new ArrayList<>();
        while (in.hasRemaining()) {
            int id = pieces.size();
            if (in.remaining() < 8) {
                throw Pieces.damaged("it ends inside the piece " + id);
            }
            float score = in.getFloat();
            int length = in.getInt();
            if (length < 0 || length > in.remaining() || length > Math.max(longest, 8)) {
                throw Pieces.damaged("the piece " + id + " claims " + length + " bytes; the longest has " + longest + ", and " + in.remaining()
                        + " follow");
            }
            byte[] text = new byte[length];
            in.get(text);
            pieces.add(llama2cPiece(id, utf8(text, id), score));
        }
        return tokenizer(SentencePieceBpeType.TYPE, new Pieces(pieces), TextForm.sentencePiece(PLAIN, true, List.of(1), List.of(), 2));
    }

    private static Pieces.Piece llama2cPiece(int id, String text, float score) {
        return switch (id) {
            case 0 -> new Pieces.Piece(text, score, PieceType.UNKNOWN);
            case 1, 2 -> new Pieces.Piece(text.strip(), score, PieceType.CONTROL);
            default -> new Pieces.Piece(text.replace(' ', Pieces.SPACE), score, Pieces.isByte(text) ? PieceType.BYTE : PieceType.NORMAL);
        };
    }

    private static Optional<Tokenizer> gguf(GgufFile file, String type) {
        String model = file.text(KEYS + "model").orElse("none");
        if (!model.equals(type.equals(SentencePieceBpeType.TYPE) ? "llama" : "t5")) {
            return Optional.empty();
        }
        List<GgufValue.Text> texts = file.texts(KEYS + "tokens").orElseThrow(() -> Pieces.damaged("the GGUF file has no tokens")).values();
        GgufValue.Reals scores = file.reals(KEYS + "scores").orElseThrow(() -> Pieces.damaged("the GGUF file has no scores"));
        GgufValue.Wholes types = file.wholes(KEYS + "token_type").orElseThrow(() -> Pieces.damaged("the GGUF file has no token types"));
        if (scores.size() != texts.size() || types.size() != texts.size()) {
            throw Pieces.damaged("the GGUF file has " + texts.size() + " tokens, " + scores.size() + " scores and " + types.size() + " types");
        }
        List<Pieces.Piece> pieces = new ArrayList<>();
        for (int id = 0; id < texts.size(); id++) {
            pieces.add(new Pieces.Piece(texts.get(id).text(), scores.get(id), PieceType.numbered(types.get(id))));
        }
        boolean llama = model.equals("llama");
        Spacing spacing = new Spacing(file.flag(KEYS + "add_space_prefix").orElse(true), file.flag(KEYS + "remove_extra_whitespaces").orElse(false));
        int begin = id(file, "bos_token_id", 1, texts.size());
        int end = id(file, "eos_token_id", 2, texts.size());
        boolean addBegin = begin >= 0 && file.flag(KEYS + "add_bos_token").orElse(llama);
        boolean addEnd = end >= 0 && file.flag(KEYS + "add_eos_token").orElse(!llama);
        return Optional.of(tokenizer(type, new Pieces(pieces), TextForm.sentencePiece(new Preparation.SentencePiece(spacing, map(file)), true,
                addBegin ? List.of(begin) : List.of(),
                addEnd ? List.of(end) : List.of(), end)));
    }

    private static CharacterMap map(GgufFile file) {
        GgufValue value = file.metadata().get(KEYS + "precompiled_charsmap");
        if (value == null) {
            return null;
        }
        if (!(value instanceof GgufValue.Wholes wholes) || wholes.elementBytes() != 1) {
            throw Pieces.damaged("its precompiled_charsmap is not an array of bytes");
        }
        byte[] blob = new byte[wholes.size()];
        for (int i = 0; i < blob.length; i++) {
            blob[i] = (byte) wholes.get(i);
        }
        return blob.length == 0 ? null : new CharacterMap(blob);
    }

    private static int id(GgufFile file, String key, int otherwise, int size) {
        long id = file.whole(KEYS + key).orElse((long) otherwise);
        if (id == 0xFFFF_FFFFL) {
            return -1;
        }
        if (id < 0 || id >= size) {
            throw Pieces.damaged("the " + key + " is " + id + ", and the vocabulary has the ids 0 to " + (size - 1));
        }
        return (int) id;
    }

    /** Control pieces are the special tokens. */
    static SentencePieceTokenizer tokenizer(String type, Pieces pieces, TextForm form) {
        return new SentencePieceTokenizer(type, pieces, form, SentencePieceTokenizer.controls(pieces), null);
    }

    static String utf8(byte[] text, int id) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
        } catch (CharacterCodingException e) {
            throw Pieces.damaged("the piece " + id + " is not UTF-8");
        }
    }
}
