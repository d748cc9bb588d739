package org.llmsys.tokenizer.internal.sentencepiece;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.StreamingDecoder;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFiles;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;

class SentencePieceTest {

    private static final String TEXT = "the cat sat on the mat\nthe hat of the cat, \u00E9\u4E2D\uD83D\uDE00 the end  end";
    private static final Spacing PLAIN = new Spacing(false, false);

    private final SentencePieceBpeType bpe = new SentencePieceBpeType();
    private final UnigramType unigram = new UnigramType();

    @TempDir
    Path folder;

    @Test
    @DisplayName("merges: the best score first, the leftmost of equals: hello with he -1, lo -2, llo -3 is he llo; aaa with aa is aa a")
    void mergesByHand() {
        Tokenizer tokenizer = of(SentencePieceBpeType.TYPE, PLAIN, normal("h", -9), normal("e", -9), normal("l", -9), normal("o", -9),
                normal("a", -9), normal("he", -1), normal("lo", -2), normal("llo", -3), normal("aa", -1));
        assertEquals(List.of("he", "llo"), tokens(tokenizer, "hello"));
        assertEquals(List.of("aa", "a"), tokens(tokenizer, "aaa"));
        assertEquals(List.of("l", "aa", "aa", "lo"), tokens(tokenizer, "laaaalo"));
    }

    @Test
    @DisplayName("unused pieces help to merge and are taken apart; user-defined ones stand from the start")
    void typesOfPieces() {
        Tokenizer tokenizer = of(SentencePieceBpeType.TYPE, PLAIN, normal("a", -9), normal("b", -9), normal("c", -9),
                new Pieces.Piece("ab", -1, PieceType.UNUSED), normal("abc", -2), new Pieces.Piece("bca", 0, PieceType.USER_DEFINED));
        assertEquals(List.of("abc"), tokens(tokenizer, "abc"));
        assertEquals(List.of("a", "b", "b"), tokens(tokenizer, "abb"));
        assertEquals(List.of("a", "bca", "b"), tokens(tokenizer, "abcab"));
    }

    @Test
    @DisplayName("unigram: the cut with the greatest sum, and an unknown character costs the lowest score less 10")
    void unigramByHand() {
        Tokenizer tokenizer = of(UnigramType.TYPE, PLAIN, new Pieces.Piece("<unk>", 0, PieceType.UNKNOWN), normal("a", -2), normal("b", -2),
                normal("ab", -3), normal("abb", -6.5), normal("bb", -1));
        assertEquals(List.of("a", "bb"), tokens(tokenizer, "abb"));
        assertEquals(List.of("ab"), tokens(tokenizer, "ab"));
        assertEquals(List.of("ab", "<unk>", "a"), tokens(tokenizer, "abxyza"));
    }

    @Test
    @DisplayName("spaces: one is put before a text, extra ones go if wanted; offsets lead back to the text")
    void spaces() {
        Pieces.Piece[] pieces = {new Pieces.Piece("<unk>", 0, PieceType.UNKNOWN), normal("\u2581", -9), normal("a", -9), normal("\u2581a", -1)};
        Spacing extra = new Spacing(true, true);
        assertEquals(List.of("\u2581a", "\u2581a"), tokens(of(SentencePieceBpeType.TYPE, extra, pieces), "  a   a "));
        Encoding encoding = of(SentencePieceBpeType.TYPE, Spacing.LLAMA, pieces).encode("a  a", Specials.RECOGNIZED);
        assertArrayEquals(new int[] {3, 1, 3}, encoding.ids());
        assertArrayEquals(new int[] {0, 1, 2}, encoding.starts());
        assertArrayEquals(new int[] {1, 2, 4}, encoding.ends());
    }

    @Test
    @DisplayName("bytes: unknown characters become bytes and text again, streamed only when whole; lone bytes become U+FFFD")
    void bytes() {
        Tokenizer tokenizer = trained(bpe);
        String unseen = "\u0E01 \uD83E\uDD99z";
        assertEquals(unseen, tokenizer.decode(tokenizer.encode(unseen)));
        int euro = tokenizer.id("<0xE2>").orElseThrow();
        assertEquals("\uFFFDa", tokenizer.decode(new int[] {euro, tokenizer.id("a").orElseThrow()}));
        StreamingDecoder decoder = tokenizer.streamingDecoder();
        assertEquals("", decoder.next(euro) + decoder.next(tokenizer.id("<0x82>").orElseThrow()));
        assertEquals("\u20AC", decoder.next(tokenizer.id("<0xAC>").orElseThrow()));
        assertThrows(Problem.class, () -> tokenizer.encode("a\uD83D"));
    }

    @Test
    @DisplayName("llama.cpp's 47 hard strings: the ids of the Llama vocabulary in the GGUF file, every one, also through tokenizer.json")
    void llamaVectors() throws IOException {
        Path vocabulary = shared("oracles/tokenizers/vocab/ggml-vocab-llama-spm.gguf");
        Tokenizer tokenizer = read(vocabulary);
        Tokenizer again = bpe.read(tokenizer.toJson());
        String[] texts = Files.readString(Path.of(vocabulary + ".inp")).split("\n__ggml_vocab_test__\n", -1);
        List<String> expected = Files.readAllLines(Path.of(vocabulary + ".out"));
        int seen = 0;
        for (int i = 0; i < expected.size(); i++) {
            int[] ids = Arrays.stream(expected.get(i).trim().split(" ")).filter(id -> !id.isEmpty()).mapToInt(Integer::parseInt).toArray();
            assertArrayEquals(ids, tokenizer.encode(texts[i], Specials.IGNORED).ids(), texts[i]);
            assertArrayEquals(ids, again.encode(texts[i], Specials.IGNORED).ids(), texts[i]);
            assertEquals(texts[i], tokenizer.decode(ids));
            seen++;
        }
        assertTrue(seen >= 40, "only " + seen);
    }

    @Test
    @DisplayName("stories260K: tokenizer.bin and the five GGUF files give the ids of llama2.c")
    void stories() throws IOException {
        String prompt = Files.readString(shared("oracles/stories260K/nll_prompt.txt"));
        int[] ids = Arrays.stream(Files.readString(shared("oracles/stories260K/nll_prompt_ids.txt")).trim().split("\\s+")).mapToInt(Integer::parseInt).toArray();
        List<String> files = new ArrayList<>(List.of("tok512.bin"));
        List.of("f32", "F16", "BF16", "Q8_0", "Q4_0").forEach(type -> files.add("stories260K-" + type + ".gguf"));
        for (String file : files) {
            int[] found = read(shared("data/models/stories260K/" + file)).encode(prompt);
            int skip = found.length - ids.length;
            assertTrue(skip >= 0 && skip <= 1, found.length + " ids instead of " + ids.length);
            assertArrayEquals(ids, Arrays.copyOfRange(found, skip, found.length), file);
        }
    }

    @Test
    @DisplayName("both kinds: 300 random texts come back, offsets rise, streaming agrees, tokenizer.json says the same")
    void fuzz() {
        Random random = new Random(5);
        for (TokenizerType type : List.of(bpe, unigram)) {
            Tokenizer tokenizer = trained(type);
            Tokenizer again = type.read(tokenizer.toJson());
            for (int n = 0; n < 300; n++) {
                StringBuilder text = new StringBuilder();
                for (int i = random.nextInt(30); i > 0; i--) {
                    int c = random.nextInt(4) > 0 ? TEXT.codePointAt(TEXT.offsetByCodePoints(0, random.nextInt(30))) : random.nextInt(0xD7FF);
                    text.appendCodePoint(c == Pieces.SPACE ? 'x' : c);
                }
                Encoding encoding = tokenizer.encode(text.toString(), Specials.IGNORED);
                assertEquals(text.toString(), tokenizer.decode(encoding.ids()));
                assertEquals(text.toString(), again.decode(again.encode(text.toString(), Specials.IGNORED).ids()));
                StreamingDecoder decoder = tokenizer.streamingDecoder();
                StringBuilder streamed = new StringBuilder();
                Arrays.stream(encoding.ids()).forEach(id -> streamed.append(decoder.next(id)));
                assertEquals(text.toString(), streamed + decoder.finish());
            }
        }
    }

    @Test
    @DisplayName("one character, spaces, CJK and combining marks, 2^18 of them: encoded with constant stack, and they come back")
    void longTexts() throws InterruptedException {
        for (TokenizerType type : List.of(bpe, unigram)) {
            Tokenizer tokenizer = trained(type);
            Thread thread = new Thread(null, () -> {
                for (String unit : List.of("a", " ", "\u4E2D", "e\u0301", "the")) {
                    String text = unit.repeat(1 << 18);
                    assertEquals(text, tokenizer.decode(tokenizer.encode(text)));
                }
            }, "small stack", 256 << 10);
            List<Throwable> failures = new ArrayList<>();
            thread.setUncaughtExceptionHandler((t, e) -> failures.add(e));
            thread.start();
            thread.join();
            assertEquals(List.of(), failures);
        }
    }

    @Test
    @DisplayName("tokenizer.bin cut at any byte, and other damage, is refused; so is what no kind here reads")
    void damagedFiles() throws IOException {
        byte[] good = Files.readAllBytes(shared("data/models/stories260K/tok512.bin"));
        for (int length = 0; length < 400; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            try {
                PieceFiles.llama2c(cut);
            } catch (Problem expected) {
                assertTrue(expected.getMessage().startsWith("cannot read"));
            }
        }
        Path file = Files.write(folder.resolve("x"), new byte[] {1, 2, 3});
        assertThrows(Problem.class, () -> read(file));
        assertThrows(Problem.class, () -> read(folder.resolve("absent")));
    }

    @Test
    @DisplayName(".model: pieces, scores and types are read; a damaged character map, and the file cut anywhere, are refused")
    void sentencePieceModel() throws IOException {
        byte[] pieces = join(field(1, piece("<unk>", 2)), field(1, piece("\u2581a", 1)), field(1, piece("a", 1)), field(1, piece("\u2581", 1)));
        byte[] trainer = field(2, new byte[] {0x18, 2});
        byte[] identity = field(3, join(field(1, "identity".getBytes()), new byte[] {0x18, 1, 0x20, 0}));
        byte[] good = join(pieces, trainer, identity);
        Tokenizer tokenizer = read(Files.write(folder.resolve("tokenizer.model"), good));
        assertEquals("sentencepiece-bpe", tokenizer.type());
        assertEquals(List.of("\u2581a", "a"), tokens(tokenizer, "aa"));
        assertEquals("unigram", read(Files.write(folder.resolve("u.model"), join(pieces, identity))).type());
        byte[] nfkc = join(pieces, trainer, field(3, join(field(1, "nmt_nfkc".getBytes()), field(2, new byte[] {1, 2, 3}))));
        Problem problem = assertThrows(Problem.class, () -> read(Files.write(folder.resolve("n.model"), nfkc)));
        assertTrue(problem.why().contains("character map"), problem.why());
        for (int length = 0; length < good.length; length++) {
            try {
                SentencePieceModel.read(Arrays.copyOf(good, length), SentencePieceBpeType.TYPE);
            } catch (Problem expected) {
                assertTrue(expected.getMessage().startsWith("cannot read"));
            }
        }
    }

    @Test
    @DisplayName("tokenizer.json: a normalizer, pre-tokenizer, decoder or model option that is not implemented is refused by name")
    void refusals() {
        String good = trained(bpe).toJson().replaceAll("\\s*\n\\s*", "");
        assertEquals("sentencepiece-bpe", bpe.read(good).type());
        for (String[] change : new String[][] {{"\"Prepend\"", "\"BertNormalizer\"", "normalizer"}, {"\"ByteFallback\"", "\"WordPiece\"", "decoder"},
                {"\"dropout\": null", "\"dropout\": 0.1", "dropout"}, {"\"ignore_merges\": false", "\"ignore_merges\": true", "ignore_merges"},
                {"\"pre_tokenizer\": null", "\"pre_tokenizer\": {\"type\": \"Digits\"}", "pre-tokenizer"}}) {
            assertTrue(good.contains(change[0]), change[0]);
            Problem problem = assertThrows(Problem.class, () -> bpe.read(good.replace(change[0], change[1])), change[1]);
            assertTrue(problem.why().contains(change[2]), problem.why());
        }
    }

    private Tokenizer read(Path file) {
        return TokenizerFiles.read(file, Assemblies.of(bpe, unigram));
    }

    @Test
    @DisplayName("of two equally good ways the one wins that 32-bit sums, rounded before they are compared, prefer, as in SentencePiece 0.2.3")
    void roundingDecides() {
        Tokenizer tokenizer = of(UnigramType.TYPE, PLAIN, new Pieces.Piece("<unk>", 0, PieceType.UNKNOWN), normal("a", -3.3f), normal("=", -12.045607566833496),
                normal("=".repeat(12), -14.291448593139648), normal("=".repeat(16), -14.191450119018555));
        int[] ids = tokenizer.ids("a".repeat(21) + "=".repeat(63), Specials.IGNORED);
        assertArrayEquals(new int[] {2, 2, 2, 4, 4, 3, 4}, Arrays.copyOfRange(ids, 21, ids.length));
    }

    @Test
    @DisplayName("runs in which pieces overlap for thousands of characters are cut as by the whole table at once")
    void longOverlaps() {
        List<String> pieces = List.of("=", "===", "=".repeat(16), "a", "ab", "ba", "b", "aba=");
        float[] scores = {-4.1f, -6.3f, -13.7f, -3, -3.6f, -3.5f, -3.1f, -7};
        List<Pieces.Piece> all = new ArrayList<>(List.of(new Pieces.Piece("<unk>", 0, PieceType.UNKNOWN)));
        for (int i = 0; i < scores.length; i++) {
            all.add(normal(pieces.get(i), scores[i]));
        }
        Tokenizer tokenizer = of(UnigramType.TYPE, PLAIN, all.toArray(Pieces.Piece[]::new));
        for (String text : List.of("=".repeat(5003), "ab".repeat(3001) + "=".repeat(2500) + "aba=".repeat(1200), "a=".repeat(4000))) {
            assertArrayEquals(wholeTable(text, pieces, scores), tokenizer.ids(text, Specials.IGNORED), text.substring(0, 4));
        }
    }

    /** Ids of the best cut, by a table over the whole text; ids begin at 1. */
    private static int[] wholeTable(String text, List<String> pieces, float[] scores) {
        float[] best = new float[text.length() + 1];
        int[] last = new int[text.length() + 1];
        for (int from = 0; from < text.length(); from++) {
            List<Integer> byLength = IntStream.range(0, scores.length).boxed().sorted(Comparator.comparing(id -> pieces.get(id).length())).toList();
            for (int id : byLength) {
                int to = from + pieces.get(id).length();
                if (text.startsWith(pieces.get(id), from) && (last[to] == 0 || best[from] + scores[id] > best[to])) {
                    best[to] = best[from] + scores[id];
                    last[to] = id + 1;
                }
            }
        }
        List<Integer> ids = new ArrayList<>();
        for (int at = text.length(); at > 0; at -= pieces.get(last[at] - 1).length()) {
            ids.addFirst(last[at]);
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    private static Tokenizer trained(TokenizerType type) {
        return type.train(TEXT, TrainingSettings.DEFAULTS, Job.silent("test"));
    }

    private static Tokenizer of(String type, Spacing spacing, Pieces.Piece... pieces) {
        return PieceFiles.tokenizer(type, new Pieces(List.of(pieces)), TextForm.sentencePiece(new Preparation.SentencePiece(spacing, null), false,
                List.of(), List.of(), -1));
    }

    private static Pieces.Piece normal(String text, double score) {
        return new Pieces.Piece(text, score, PieceType.NORMAL);
    }

    private static List<String> tokens(Tokenizer tokenizer, String text) {
        return Arrays.stream(tokenizer.encode(text)).mapToObj(tokenizer::token).toList();
    }

    private static byte[] piece(String text, int type) {
        return join(field(1, text.getBytes(java.nio.charset.StandardCharsets.UTF_8)), new byte[] {0x18, (byte) type});
    }

    private static byte[] field(int number, byte[] content) {
        return join(new byte[] {(byte) (number << 3 | 2), (byte) content.length}, content);
    }

    private static byte[] join(byte[]... parts) {
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static Path shared(String name) {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null && Files.exists(Path.of(shared, name)), "skipped: LLMSYS_SHARED has no " + name);
        return Path.of(shared, name);
    }
}
