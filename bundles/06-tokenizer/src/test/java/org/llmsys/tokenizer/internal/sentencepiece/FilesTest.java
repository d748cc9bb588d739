package org.llmsys.tokenizer.internal.sentencepiece;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.files.GgufValue;
import org.llmsys.files.GgufWriter;
import org.llmsys.tokenizer.MergeHistory;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile;
import org.llmsys.tokenizer.TokenizerFile.Form;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;

class FilesTest {

    private static final String TEXT = "the cat sat on the mat\nthe hat of the cat, \u00E9\u4E2D\uD83D\uDE00 the end  end the 42 end 42";

    @Test
    @DisplayName("what was trained is written as .model, GGUF and, for merges, tokenizer.bin, and read again with the same ids; also by way of tokenizer.json")
    void roundTrips() throws IOException {
        for (TokenizerType type : List.of(new SentencePieceBpeType(), new UnigramType())) {
            Tokenizer trained = type.train(TEXT, TrainingSettings.DEFAULTS, Job.silent("test"));
            boolean merges = trained.type().equals(SentencePieceBpeType.TYPE);
            for (Tokenizer tokenizer : List.of(trained, type.read(trained.toJson()))) {
                for (Form form : merges ? List.of(Form.SENTENCEPIECE, Form.GGUF, Form.LLAMA2C) : List.of(Form.SENTENCEPIECE, Form.GGUF)) {
                    Tokenizer again = again(tokenizer, form);
                    assertEquals(tokenizer.type(), again.type());
                    for (String text : List.of("", " ", TEXT, "a hat  \u20AC", "\u2581x", "<s>the</s>")) {
                        assertArrayEquals(tokenizer.encode(text, Specials.IGNORED).ids(), again.encode(text, Specials.IGNORED).ids(), form + " "
                                + text);
                        assertEquals(tokenizer.decode(tokenizer.encode(text)), again.decode(tokenizer.encode(text)));
                    }
                    assertEquals(tokenizer.endOfText(), again.endOfText());
                }
            }
            assertTrue(trained.files(Form.VOCAB_TXT).isEmpty());
            assertEquals(merges, trained.files(Form.LLAMA2C).isPresent());
        }
    }

    @Test
    @DisplayName("tokenizer_config.json beside a .model says whether a beginning and an end are added; a damaged one is refused by its name")
    void endsBeside(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("tokenizer.model"), model(piece("<unk>", 0, 2), piece("<s>", 0, 3), piece("</s>", 0, 3), piece("\u2581a", -1, 1)));
        Path beside = folder.resolve("tokenizer_config.json");
        Map<String, int[]> said = Map.of("{}", new int[] {3}, "{\"add_bos_token\": true}", new int[] {1, 3}, "{\"add_bos_token\": true, \"add_eos_token\": true}",
                new int[] {1, 3, 2}, "{\"add_bos_token\": null, \"add_eos_token\": true}", new int[] {3, 2});
        assertArrayEquals(new int[] {3}, new UnigramType().readFile(new TokenizerFile(Form.SENTENCEPIECE, file)).orElseThrow().encode("a"));
        for (String json : said.keySet()) {
            Files.writeString(beside, json);
            assertArrayEquals(said.get(json), new UnigramType().readFile(new TokenizerFile(Form.SENTENCEPIECE, file)).orElseThrow().encode("a"), json);
        }
        for (String damaged : List.of("", "[]", "{\"add_bos_token\": 1}", "{\"a\": " + "[".repeat(100_000))) {
            Files.writeString(beside, damaged);
            Problem problem = assertThrows(Problem.class, () -> new UnigramType().readFile(new TokenizerFile(Form.SENTENCEPIECE, file)), damaged);
            assertTrue(problem.text().contains("tokenizer_config.json"), problem.text());
        }
    }

    @Test
    @DisplayName("what a form cannot say is refused by name")
    void refused() {
        Pieces pieces = new Pieces(List.of(new Pieces.Piece("<unk>", 0, PieceType.UNKNOWN), new Pieces.Piece("a", -1, PieceType.NORMAL)));
        TextForm suffix = TextForm.sentencePiece(new Preparation.SentencePiece(new Spacing(true, false, true, true), null), false, List.of(),
                List.of(), -1);
        Tokenizer tokenizer = PieceFiles.tokenizer(SentencePieceBpeType.TYPE, pieces, suffix);
        assertTrue(tokenizer.files(Form.SENTENCEPIECE).isPresent());
        for (Form form : List.of(Form.GGUF, Form.LLAMA2C)) {
            Problem problem = assertThrows(Problem.class, () -> tokenizer.files(form));
            assertTrue(problem.getMessage().startsWith("cannot write the tokenizer as"), problem.getMessage());
        }
    }

    @Test
    @DisplayName(".model: pieces that stand twice, scores that are no numbers, no unknown piece, wrong wire types, impossible lengths: one Problem each")
    void damagedModels() {
        byte[] unknown = piece("<unk>", 0, 2);
        List<byte[]> bad = List.of(model(unknown, piece("a", 0, 1), piece("a", 0, 1)), model(unknown, piece("a", Float.NaN, 1)),
                model(unknown, piece("a", Float.POSITIVE_INFINITY, 1)), model(piece("a", 0, 1)), model(unknown, unknown), model(unknown, piece("",
                        0, 1)),
                model(unknown, piece("a", 0, 9)), model(unknown, piece("a", 0, 0)), model(unknown, new ProtoMessage.Writer().whole(1, 5).bytes()),
                new ProtoMessage.Writer().whole(1, 5).bytes(), new byte[] {0x0A, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F},
                new byte[] {0x0A, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF,
                        (byte) 0xFF, 1},
                new byte[] {0x0B}, new byte[] {0}, new byte[0]);
        for (byte[] bytes : bad) {
            Problem problem = assertThrows(Problem.class, () -> SentencePieceModel.read(bytes, UnigramType.TYPE));
            assertTrue(problem.why().length() > 10);
        }
    }

    @Test
    @DisplayName(".model: two million pieces are refused when the bound is passed, and one changed byte never ends in anything but a Problem")
    void boundsAndNoise() {
        ByteBuffer many = ByteBuffer.allocate(2 * 2_000_000);
        while (many.hasRemaining()) {
            many.put((byte) 0x0A).put((byte) 0);
        }
        Problem problem = assertThrows(Problem.class, () -> SentencePieceModel.read(many.array(), UnigramType.TYPE));
        assertTrue(problem.why().contains("more than"), problem.why());
        Tokenizer trained = new UnigramType().train(TEXT, TrainingSettings.DEFAULTS, Job.silent("test"));
        byte[] good = trained.files(Form.SENTENCEPIECE).orElseThrow().get("tokenizer.model");
        Random random = new Random(9);
        int refused = 0;
        for (int n = 0; n < 300; n++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                SentencePieceModel.read(bad, UnigramType.TYPE).ifPresent(tokenizer -> tokenizer.encode(TEXT));
            } catch (Problem expected) {
                refused++;
            }
        }
        assertTrue(refused > 0);
    }

    @Test
    @DisplayName("GGUF: arrays of unequal lengths are refused with their lengths")
    void unequalArrays() throws IOException {
        byte[] file = GgufWriter.header(new java.util.LinkedHashMap<>(Map.of("tokenizer.ggml.model", GgufValue.of("llama"), "tokenizer.ggml.tokens",
                GgufValue.of(List.of("<unk>", "a")), "tokenizer.ggml.scores", GgufValue.of(new float[] {1}), "tokenizer.ggml.token_type",
                        GgufValue.of(new int[] {2, 1}))), List.of());
        Problem problem = assertThrows(Problem.class, () -> read(file, Form.GGUF, SentencePieceBpeType.TYPE));
        assertTrue(problem.why().contains("2 tokens, 1 scores"), problem.why());
    }

    @Test
    @DisplayName("training tells its merges in order with their counts; both kinds give the same vocabulary again, keep within the size, and stop when told to")
    void training() {
        Tokenizer merges = new SentencePieceBpeType().train("ab ab ab abc", new TrainingSettings(259 + 4 + 2, 1), Job.silent("test"));
        // a b 4 times comes up after the space and a, which is 4 times too
        assertEquals(List.of("\u2581a 4", "\u2581ab 4"), ((MergeHistory) merges).merges().stream().map(merge -> merge.token() + " "
                + merge.count()).toList());
        assertEquals(259, ((MergeHistory) merges).merges().getFirst().id());
        assertEquals("\u2581a", merges.token(259));
        List<String> texts = new ArrayList<>();
        for (TokenizerType type : List.of(new SentencePieceBpeType(), new UnigramType())) {
            for (int i = 0; i < 2; i++) {
                Tokenizer tokenizer = type.train(TEXT.repeat(3), new TrainingSettings(300, 2), Job.silent("test"));
                assertTrue(tokenizer.vocabSize() <= 300, "" + tokenizer.vocabSize());
                texts.add(tokenizer.toJson());
            }
            assertEquals(texts.removeLast(), texts.removeLast());
            assertThrows(Problem.class, () -> type.train(TEXT, new TrainingSettings(260, 1), Job.silent("test")));
            assertThrows(Problem.class, () -> type.train("", TrainingSettings.DEFAULTS, Job.silent("test")));
            Job job = Job.silent("test");
            job.cancel();
            assertThrows(java.util.concurrent.CancellationException.class, () -> type.train(TEXT, TrainingSettings.DEFAULTS, job));
        }
    }

    @Test
    @DisplayName("unigram seeds: parts with a common longest beginning, and whole words that begin like no other")
    void seeds() {
        TrainingWords words = TrainingWords.of("ab ab abc xyz xyz", TrainingSettings.DEFAULTS, Job.silent("test"));
        List<String> seeds = SeedPieces.of(words, 2, 100, Job.silent("test")).stream().map(seed -> seed.text() + " "
                + seed.weight()).sorted().toList();
        // ab stands three times (2 characters each), the word xyz and its ends twice
        assertEquals(List.of("ab 6", "xyz 6", "yz 4", "\u2581ab 9", "\u2581xyz 8"), seeds);
    }

    @Test
    @DisplayName("the derivative of log gamma: at 1 minus Euler's constant, at 10 as tables have it")
    void digamma() {
        assertEquals(-0.5772156649, UnigramTrainer.digamma(1), 1e-9);
        assertEquals(2.2517525890, UnigramTrainer.digamma(10), 1e-9);
    }

    static Tokenizer again(Tokenizer tokenizer, Form form) throws IOException {
        return read(tokenizer.files(form).orElseThrow().values().iterator().next(), form, tokenizer.type());
    }

    private static Tokenizer read(byte[] bytes, Form form, String type) throws IOException {
        Path file = Files.createTempFile("tokenizer", ".x");
        try {
            Files.write(file, bytes);
            return PieceFiles.read(new TokenizerFile(form, file), type).orElseThrow();
        } finally {
            Files.delete(file);
        }
    }

    private static byte[] piece(String text, float score, int type) {
        return new ProtoMessage.Writer().text(1, text).real(2, score).whole(3, type).bytes();
    }

    private static byte[] model(byte[]... pieces) {
        ProtoMessage.Writer model = new ProtoMessage.Writer();
        for (byte[] piece : pieces) {
            model.content(1, piece);
        }
        return model.bytes();
    }
}
