package org.llmsys.tokenizer.internal.bytepair;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.google.gson.Gson;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.ByteLevelTokenizer;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;

class FormatsTest {

    private static final ByteBpeType TYPE = new ByteBpeType();
    private static final String TEXT = "He's 1234 lo-low\u00E9  lower <|endoftext|> I'LL\n\n ";

    private static String ranks(String... more) {
        StringBuilder file = new StringBuilder();
        for (int b = 0; b < 256; b++) {
            file.append(Base64.getEncoder().encodeToString(new byte[] {(byte) b})).append(' ').append(b).append('\n');
        }
        int rank = 256;
        for (String token : more) {
            file.append(Base64.getEncoder().encodeToString(token.getBytes(StandardCharsets.UTF_8))).append(' ').append(rank++).append('\n');
        }
        return file.toString();
    }

    private static ByteLevelTokenizer read(String file) {
        return RankFile.read(file.getBytes(StandardCharsets.UTF_8), "cl100k_base");
    }

    private static Map<String, Integer> vocabulary() {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        IntStream.range(0, 256).forEach(b -> vocabulary.put(ByteAlphabet.write(new byte[] {(byte) b}), b));
        List.of("lo", "low", "er", "\u0120low").forEach(token -> vocabulary.put(token, vocabulary.size()));
        vocabulary.put("<|endoftext|>", vocabulary.size());
        return vocabulary;
    }

    private static final String MERGES = "#version: 0.2\nl o\nlo w\ne r\n\u0120 low\n";

    private static ByteBpeTokenizer gpt2() {
        return (ByteBpeTokenizer) VocabAndMerges.read(new Gson().toJson(vocabulary()), MERGES);
    }

    @Test
    @DisplayName("rank file: any two neighbours merge that make a token, the lowest rank first; it is recognized by its first line")
    void rankFile() {
        ByteLevelTokenizer tokenizer = read(ranks("ow", "lo", "low"));
        assertArrayEquals(new int[] {258, 'e', 'r'}, tokenizer.encode("lower"));
        assertArrayEquals(new int[] {257}, tokenizer.encode("lo"));
        assertTrue(RankFile.looksLike(ranks("ow").getBytes(StandardCharsets.UTF_8)));
        assertFalse(RankFile.looksLike(TYPE.train("aa", TrainingSettings.DEFAULTS, Job.silent("t")).toJson().getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    @DisplayName("rank file: doubles, holes, lost bytes, bad base 64, ranks out of range, cut files and unknown sizes are refused")
    void badRankFiles() {
        String good = ranks("lo");
        for (String bad : List.of("", "\n", "lo", good + "bG8= 256\n", good + "bG93 256\n", good + "bG93 300\n", good + "b!8= 257\n", good + "bG93 -1\n",
                good + "bG93 10000000\n", good + "bG93 99999999999\n", good + "bG93", good + "bG93 ", good + " 257\n", good.substring(8), good + "{\"a\": 1}\n")) {
            Problem problem = assertThrows(Problem.class, () -> read(bad), () -> bad.substring(Math.max(0, bad.length() - 30)));
            assertFalse(problem.why().isBlank());
        }
        assertThrows(Problem.class, () -> RankFile.read(good.getBytes(StandardCharsets.UTF_8)));
        assertThrows(Problem.class, () -> RankFile.read(good.getBytes(StandardCharsets.UTF_8), "cl900k"));
    }

    @Test
    @DisplayName("vocab.json and merges.txt: merges of unknown parts, doubles, holes, wrong ids and half lines are refused")
    void badVocabAndMerges() {
        assertArrayEquals(new int[] {259, 258}, gpt2().encode(" lower"));
        String vocab = new Gson().toJson(vocabulary());
        for (String bad : List.of("l\n", "l o w\n", "l o\nl o\n", "x y\n", " l o\n", "lo \n")) {
            assertThrows(Problem.class, () -> VocabAndMerges.read(vocab, bad), bad);
        }
        for (String bad : List.of("", "[]", "{}", vocab.substring(0, 500), vocab.replace("\"low\":257", "\"low\":256"), vocab.replace("\"low\":257", "\"low\":10000000"),
                vocab.replace("\"low\":257", "\"low\":-1"), vocab.replace("\"low\":257", "\"low\":1.5"), vocab.replace("\"low\":257", "\"l w\":257"), "[".repeat(100_000))) {
            assertThrows(Problem.class, () -> VocabAndMerges.read(bad, MERGES), () -> bad.substring(0, Math.min(40, bad.length())));
        }
    }

    @Test
    @DisplayName("tokenizer.json: every cut and setting written and read again gives the same ids and the same file")
    void jsonRoundTrip() {
        for (Cut cut : Cuts.ALL) {
            boolean own = cut.equals(Cut.GPT2) || cut.equals(Cut.NONE);
            TextSettings settings = new TextSettings(cut, cut.equals(Cut.QWEN2), own, List.of(260), cut.equals(Cut.LLAMA3) ? List.of(260) : List.of());
            ByteBpeTokenizer written = new ByteBpeTokenizer(gpt2().model(), settings, gpt2().added());
            Tokenizer again = TYPE.read(written.toJson());
            assertTrue(TYPE.reads(written.toJson()));
            assertArrayEquals(written.encode(TEXT), again.encode(TEXT), cut.toString());
            assertEquals(written.toJson(), again.toJson());
        }
    }

    @Test
    @DisplayName("tokenizer.json: merges may be pairs, and a piece that is a token needs no merges when ignore_merges says so")
    void jsonVariants() {
        String json = gpt2().toJson();
        String pairs = json.replaceAll("\"([^\\s\":]+) ([^\\s\":]+)\"", "[\"$1\", \"$2\"]");
        assertArrayEquals(gpt2().encode(TEXT), TYPE.read(pairs).encode(TEXT));
        // without its last merge, the token " low" (259) can only be found whole
        String fewer = json.replace(",\n      \"\u0120 low\"", "");
        assertArrayEquals(new int[] {' ', 257}, TYPE.read(fewer).encode(" low"));
        assertArrayEquals(new int[] {259}, TYPE.read(fewer.replace("\"ignore_merges\": false", "\"ignore_merges\": true")).encode(" low"));
    }

    @Test
    @DisplayName("tokenizer.json: parts that are not implemented are refused by name")
    void notImplemented() {
        String json = gpt2().toJson();
        Map<String, String> refused = Map.of(
                "NFKC", json.replace("\"pre_tokenizer\"", "\"normalizer\": {\"type\": \"NFKC\"}, \"pre_tokenizer\""),
                "Metaspace", json.replace("\"pre_tokenizer\": {", "\"pre_tokenizer\": {\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"Metaspace\"}, {\"type\": \"ByteLevel\"}]}, \"old\": {"),
                "WordPiece", json.replace("\"decoder\": {\n    \"type\": \"ByteLevel\"", "\"decoder\": {\n    \"type\": \"WordPiece\""),
                "NewProcessing", json.replace("\"decoder\"", "\"post_processor\": {\"type\": \"NewProcessing\"}, \"decoder\""),
                "byte_fallback", json.replace("\"byte_fallback\": false", "\"byte_fallback\": true").replace("      \"a\": 97,\n", "      \"aaa\": 97,\n"),
                "dropout", json.replace("\"ignore_merges\"", "\"dropout\": 0.1, \"ignore_merges\""),
                "(a+)+", json.replace("\"pre_tokenizer\": {", "\"pre_tokenizer\": {\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"Split\", \"behavior\": \"Isolated\", "
                        + "\"pattern\": {\"Regex\": \"(a+)+\"}}, {\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"use_regex\": false}]}, \"old\": {"));
        for (String damaged : List.of(json.replace("\"l o\"", "{}"), json.replace("\"l o\"", "null"), json.replace("\"l o\"", "7"),
                json.replace("\"merges\"", "\"merge\""), json.replace("\"vocab\"", "\"vocabulary\""))) {
            assertThrows(Problem.class, () -> TYPE.read(damaged));
        }
        for (String damaged : List.of(json.replace("\"ignore_merges\"", "\"dropout\": \"much\", \"ignore_merges\""), json.replace("\"ignore_merges\"", "\"dropout\": [[]], \"ignore_merges\""),
                json.replace("\"single_word\": false", "\"single_word\": 7"), json.replace("\"id\": 260", "\"id\": 1e99999999"), json.replace("\"id\": 260", "\"id\": 2"),
                json.replace("\"id\": 260", "\"id\": 700"), json.substring(0, json.length() / 2), "[".repeat(1_000_000), "{\"model\":".repeat(100_000),
                json.replace("\"decoder\"", "\"post_processor\": {\"type\": \"RobertaProcessing\", \"cls\": [], \"sep\": []}, \"decoder\""))) {
            assertThrows(Problem.class, () -> TYPE.read(damaged), () -> damaged.substring(0, 300));
        }
        refused.forEach((name, file) -> {
            Problem problem = assertThrows(Problem.class, () -> TYPE.read(file), name);
            assertTrue(problem.why().contains(name), () -> name + ": " + problem.why());
        });
    }

    @Test
    @DisplayName("GGUF lists: tokens by id, merges, and the name of the cut")
    void ggufLists() {
        List<String> tokens = vocabulary().keySet().stream().toList();
        List<String> merges = MERGES.lines().skip(1).collect(Collectors.toList());
        Tokenizer tokenizer = VocabAndMerges.of(tokens, merges, TextSettings.of(GgufCut.named("gpt-2").cut()), List.of(new AddedToken(260, "<|endoftext|>", true)), false);
        assertArrayEquals(gpt2().encode(TEXT), tokenizer.encode(TEXT));
        assertThrows(Problem.class, () -> VocabAndMerges.of(tokens, List.of("l q"), TextSettings.of(Cut.GPT2), List.of(), false));
        assertThrows(Problem.class, () -> VocabAndMerges.of(List.of("a", "a"), List.of(), TextSettings.of(Cut.GPT2), List.of(), false));
    }
}
