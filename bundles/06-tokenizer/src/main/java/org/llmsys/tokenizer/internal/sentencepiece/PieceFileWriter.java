package org.llmsys.tokenizer.internal.sentencepiece;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.files.GgufValue;
import org.llmsys.files.GgufWriter;
import org.llmsys.tokenizer.TokenizerFile;

/**
 * Writes tokenizers of these kinds in the forms that {@link PieceFiles} reads. A tokenizer that came from {@code tokenizer.json} is written
 * when its merges follow from scores and its spaces are those of SentencePiece.
 */
final class PieceFileWriter {

    private static final String KEYS = "tokenizer.ggml.";

    private final SentencePieceTokenizer tokenizer;
    private final String form;
    private final Pieces pieces;
    private final Preparation.SentencePiece preparation;

    private PieceFileWriter(SentencePieceTokenizer tokenizer, String form) {
        this.tokenizer = tokenizer;
        this.form = form;
        this.preparation = switch (tokenizer.form().preparation()) {
            case Preparation.SentencePiece as -> as;
            case Preparation.HuggingFace as -> new Preparation.SentencePiece(MetaspaceJson.spacing(as).orElseThrow(() ->
                    cannot("its normalizer or pre-tokenizer does more than to write spaces as " + Pieces.SPACE)), null);
        };
        this.pieces = tokenizer.mergesByScore() ? tokenizer.pieces() : scored();
        require(pieces.unknown() >= 0, "it has no piece for the unknown");
        boolean plain = tokenizer.normalizedAdded().isEmpty()
                && tokenizer.added().stream().noneMatch(token -> token.lstrip() || token.rstrip() || token.singleWord() || !token.special());
        require(plain, "it has added tokens that take in blanks, stand for words only, or are no marks");
    }

    /** The files, or empty for a form that does not hold such tokenizers. */
    static Optional<Map<String, byte[]>> files(SentencePieceTokenizer tokenizer, TokenizerFile.Form form) {
        boolean merges = tokenizer.type().equals(SentencePieceBpeType.TYPE);
        return switch (form) {
            case TOKENIZER_JSON -> Optional.of(Map.of("tokenizer.json", tokenizer.toJson().getBytes(StandardCharsets.UTF_8)));
            case SENTENCEPIECE -> Optional.of(Map.of("tokenizer.model", new PieceFileWriter(tokenizer, "tokenizer.model").model()));
            case LLAMA2C -> merges ? Optional.of(Map.of("tokenizer.bin", new PieceFileWriter(tokenizer,
                    "tokenizer.bin").llama2c())) : Optional.empty();
            case GGUF -> Optional.of(Map.of("tokenizer.gguf", new PieceFileWriter(tokenizer, "GGUF").gguf()));
            default -> Optional.empty();
        };
    }

    private Problem cannot(String why) {
        return Problem.failed("cannot write the tokenizer as " + form, why + ", which that form cannot say", "write it as tokenizer.json");
    }

    private void require(boolean holds, String why) {
        if (!holds) {
            throw cannot(why);
        }
    }

    /** The pieces with scores from which the list of merges follows. */
    private Pieces scored() {
        List<PieceMerges.Rule> rules = tokenizer.rules();
        List<Pieces.Piece> list = new ArrayList<>(tokenizer.pieces().all());
        Map<Integer, Integer> order = new LinkedHashMap<>();
        rules.forEach(rule -> order.putIfAbsent(rule.merged(), order.size()));
        for (int id = 0; id < list.size(); id++) {
            int late = order.getOrDefault(id, order.size());
            list.set(id, new Pieces.Piece(list.get(id).text(), list.get(id).type() == PieceType.NORMAL ? -late : 0, list.get(id).type()));
        }
        Pieces scored = new Pieces(list);
        require(PieceMerges.listed(scored).equals(rules), "no scores of its pieces give its merges in their order");
        return scored;
    }

    private byte[] model() {
        return SentencePieceModel.write(tokenizer.type(), pieces, tokenizer.form().isSentencePiece() ? tokenizer.form()
                : tokenizer.form().withUnknownText(TextForm.UNKNOWN_TEXT), preparation);
    }

    private byte[] llama2c() {
        require(preparation.spacing().equals(Spacing.LLAMA) && preparation.map() == null, "it normalizes texts, or puts no space before them");
        require(pieces.hasBytes() && tokenizer.form().byteFallback(), "it has no bytes for unknown characters");
        require(pieces.size() > 2 && pieces.unknown() == 0 && isControl(1) && isControl(2),
                "its ids 0, 1 and 2 are not the unknown, the beginning and the end");
        boolean usual = (tokenizer.form().before().isEmpty() || tokenizer.form().before().equals(List.of(1))) && tokenizer.form().after().isEmpty();
        require(usual, "it adds special tokens other than the beginning");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int longest = 0;
        for (int id = 0; id < pieces.size(); id++) {
            Pieces.Piece piece = pieces.get(id);
            require(id < 3 || piece.type() == PieceType.NORMAL || piece.type() == PieceType.BYTE, "the piece \"" + piece.text()
                    + "\" is neither text nor a byte");
            require(id < 3 || piece.type() == PieceType.BYTE || !piece.text().contains(" ") && !Pieces.isByte(piece.text()),
                    "the piece \"" + piece.text() + "\" would be read as another");
            byte[] text = piece.text().replace(Pieces.SPACE, ' ').getBytes(StandardCharsets.UTF_8);
            longest = Math.max(longest, text.length);
            out.writeBytes(little(8 + text.length).putFloat((float) piece.score()).putInt(text.length).put(text).array());
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(little(4).putInt(longest).array());
        file.writeBytes(out.toByteArray());
        return file.toByteArray();
    }

    private boolean isControl(int id) {
        return pieces.get(id).type() == PieceType.CONTROL;
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private byte[] gguf() {
        Spacing spacing = preparation.spacing();
        require(!spacing.suffix() && spacing.escape(), "it puts spaces after words, or leaves them as they are");
        TextForm text = tokenizer.form();
        int begin = text.before().isEmpty() ? pieces.vocabulary().id("<s>").orElse(-1) : text.before().getFirst();
        int end = text.after().isEmpty() ? text.end() : text.after().getFirst();
        require(text.before().size() < 2 && text.after().size() < 2, "it adds several special tokens at one end");
        require(text.byteFallback() || !pieces.hasBytes(), "it has bytes and does not use them");
        boolean llama = tokenizer.type().equals(SentencePieceBpeType.TYPE);
        int[] types = new int[pieces.size()];
        float[] scores = new float[pieces.size()];
        for (int id = 0; id < types.length; id++) {
            types[id] = pieces.get(id).type().ordinal() + 1;
            scores[id] = (float) pieces.get(id).score();
        }
        Map<String, GgufValue> keys = new LinkedHashMap<>();
        keys.put("general.architecture", GgufValue.of(llama ? "llama" : "t5"));
        keys.put(KEYS + "model", GgufValue.of(llama ? "llama" : "t5"));
        keys.put(KEYS + "tokens", GgufValue.of(pieces.all().stream().map(Pieces.Piece::text).toList()));
        keys.put(KEYS + "scores", GgufValue.of(scores));
        keys.put(KEYS + "token_type", GgufValue.of(types));
        keys.put(KEYS + "bos_token_id", GgufValue.of(begin & 0xFFFF_FFFFL));
        keys.put(KEYS + "eos_token_id", GgufValue.of(end & 0xFFFF_FFFFL));
        keys.put(KEYS + "unknown_token_id", GgufValue.of((long) pieces.unknown()));
        keys.put(KEYS + "add_bos_token", GgufValue.of(!text.before().isEmpty()));
        keys.put(KEYS + "add_eos_token", GgufValue.of(!text.after().isEmpty()));
        keys.put(KEYS + "add_space_prefix", GgufValue.of(spacing.prefix()));
        keys.put(KEYS + "remove_extra_whitespaces", GgufValue.of(spacing.removeExtra()));
        if (preparation.map() != null) {
            byte[] map = preparation.map().blob();
            keys.put(KEYS + "precompiled_charsmap", new GgufValue.Wholes(map.length, 1, false, ByteBuffer.wrap(map)));
        }
        return GgufWriter.header(keys, List.of());
    }
}
