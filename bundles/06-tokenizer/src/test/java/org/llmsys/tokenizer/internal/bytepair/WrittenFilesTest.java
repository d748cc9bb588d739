package org.llmsys.tokenizer.internal.bytepair;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.files.GgufValue;
import org.llmsys.files.GgufWriter;
import org.llmsys.tokenizer.ByteLevelTokenizer;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile;
import org.llmsys.tokenizer.TokenizerFile.Form;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.llmsys.tokenizer.internal.bytepair.BytePairModel.Rule;

/** Tokenizers written in other forms and read again, and damaged files of those forms. */
class WrittenFilesTest {

    private static final String TEXT = "the cat and the hat, 12345 the cats' hats <|endoftext|> e\u0301\u4E2D  \n\n the bat's  mat";
    private static final ByteBpeType TYPE = new ByteBpeType();

    @TempDir
    Path folder;

    private static ByteBpeTokenizer trained() {
        return (ByteBpeTokenizer) TYPE.train("the cat and the hat and the bat on the mat ".repeat(3), TrainingSettings.DEFAULTS, Job.silent("t"));
    }

    private static ByteBpeTokenizer with(TextSettings settings, AddedToken... more) {
        List<AddedToken> added = new ArrayList<>(trained().added());
        added.addAll(List.of(more));
        return new ByteBpeTokenizer(trained().model(), settings, added);
    }

    private Tokenizer readGguf(byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("tokenizer.gguf"), bytes);
        return TYPE.readFile(new TokenizerFile(Form.GGUF, file)).orElseThrow();
    }

    private static void refused(Tokenizer tokenizer, Form form, String named) {
        Problem problem = assertThrows(Problem.class, () -> tokenizer.files(form), form + " " + named);
        assertTrue(problem.why().contains(named), problem.why());
    }

    @Test
    @DisplayName("vocab.json with merges.txt: read again, the same ids; what the two cannot say is refused by name")
    void vocabAndMerges() {
        ByteBpeTokenizer tokenizer = trained();
        Map<String, byte[]> files = tokenizer.files(Form.VOCAB_AND_MERGES).orElseThrow();
        ByteLevelTokenizer again = VocabAndMerges.read(new String(files.get("vocab.json"), StandardCharsets.UTF_8),
                new String(files.get("merges.txt"), StandardCharsets.UTF_8));
        assertArrayEquals(tokenizer.encode(TEXT), again.encode(TEXT));
        assertEquals(tokenizer.vocabSize(), again.vocabSize());
        int next = tokenizer.vocabSize();
        refused(with(TextSettings.of(Cut.LLAMA3)), Form.VOCAB_AND_MERGES, "a cut other than GPT-2's");
        refused(with(TextSettings.of(Cut.GPT2), new AddedToken(next, "<tool>", true)), Form.VOCAB_AND_MERGES, "<tool>");
        refused(with(new TextSettings(Cut.GPT2, true, false, List.of(), List.of())), Form.VOCAB_AND_MERGES, "NFC");
        refused(with(new TextSettings(Cut.GPT2, false, true, List.of(), List.of())), Form.VOCAB_AND_MERGES, "blank before");
        refused(with(new TextSettings(Cut.GPT2, false, false, List.of(next - 1), List.of())), Form.VOCAB_AND_MERGES, "put around");
        assertTrue(tokenizer.files(Form.LLAMA2C).isEmpty());
    }

    @Test
    @DisplayName("GGUF: every cut with a name, with tokens at the ends and holes between ids, is read again with the same ids")
    void gguf() throws IOException {
        int end = trained().vocabSize() - 1;
        for (Cut cut : Cuts.ALL) {
            if (cut.equals(Cut.NONE)) {
                refused(with(TextSettings.of(cut)), Form.GGUF, "the cut");
                continue;
            }
            Tokenizer written = with(new TextSettings(cut, false, false, List.of(end), cut.equals(Cut.BLOOM) ? List.of(end) : List.of()),
                    new AddedToken(end + 3, "  ", false));
            if (cut.equals(Cut.CL100K) || cut.equals(Cut.TEKKEN)) {
                // the one has no name, the other's name says that a piece may be a token without its merges
                refused(written, Form.GGUF, "the cut");
                continue;
            }
            Tokenizer again = readGguf(written.files(Form.GGUF).orElseThrow().get("tokenizer.gguf"));
            assertArrayEquals(written.encode(TEXT), again.encode(TEXT), cut.toString());
            assertEquals(written.vocabSize(), again.vocabSize());
        }
        refused(with(TextSettings.of(Cut.GPT2), new AddedToken(end + 1, "<m>", false, true, false, false, false)), Form.GGUF, "<m>");
    }

    @Test
    @DisplayName("ranks: a tokenizer of no plan is refused, because the file says neither its cut nor its special tokens")
    void noPlan() {
        refused(trained(), Form.TIKTOKEN, "no known plan has");
    }

    @Test
    @DisplayName("ranks: as many as a plan has, with its cut and special tokens, are written and read again; other cuts and merges are refused")
    void ranks() {
        List<byte[]> tokens = new ArrayList<>(IntStream.range(0, 256).mapToObj(b -> new byte[] {(byte) b}).toList());
        List<Rule> rules = new ArrayList<>();
        for (int id = 256; id < Plan.R50K_BASE.ranks; id++) {
            int left = (id - 256) / 256;
            int right = (id - 256) % 256;
            tokens.add(new byte[] {(byte) left, (byte) right});
            rules.add(new Rule(left, right, id));
        }
        List<AddedToken> end = List.of(new AddedToken(50_256, "<|endoftext|>", true));
        BytePairModel model = BytePairModel.ofRules(tokens, rules, false);
        ByteBpeTokenizer written = new ByteBpeTokenizer(model, TextSettings.of(Cut.GPT2), end);
        byte[] file = written.files(Form.TIKTOKEN).orElseThrow().get("tokenizer.tiktoken");
        assertArrayEquals(written.encode(TEXT), RankFile.read(file).encode(TEXT));
        assertArrayEquals(file, ((Tokenizer) RankFile.read(file)).files(Form.TIKTOKEN).orElseThrow().get("tokenizer.tiktoken"));
        refused(new ByteBpeTokenizer(model, TextSettings.of(Cut.LLAMA3), end), Form.TIKTOKEN, "r50k_base does");
        refused(new ByteBpeTokenizer(model, TextSettings.of(Cut.GPT2), List.of()), Form.TIKTOKEN, "other added tokens");
        rules.set(0, rules.set(1, rules.get(0)));
        refused(new ByteBpeTokenizer(BytePairModel.ofRules(tokens, rules, false), TextSettings.of(Cut.GPT2), end), Form.TIKTOKEN, "another order");
        rules.removeFirst();
        refused(new ByteBpeTokenizer(BytePairModel.ofRules(tokens, rules, false), TextSettings.of(Cut.GPT2), end), Form.TIKTOKEN, "does not find");
    }

    @Test
    @DisplayName("GGUF: missing lists, wrong counts, ids out of range, doubles, unknown cuts and cut-off files are one problem each")
    void badGguf() throws IOException {
        Map<String, GgufValue> good = new LinkedHashMap<>();
        List<String> tokens = new ArrayList<>(IntStream.range(0, 256).mapToObj(b -> ByteAlphabet.write(new byte[] {(byte) b})).toList());
        tokens.addAll(List.of("th", "the", "<s>"));
        int[] types = new int[tokens.size()];
        Arrays.fill(types, 1);
        types[258] = 3;
        String keys = "tokenizer.ggml.";
        good.put(keys + "model", GgufValue.of("gpt2"));
        good.put(keys + "pre", GgufValue.of("starcoder"));
        good.put(keys + "tokens", GgufValue.of(tokens));
        good.put(keys + "token_type", GgufValue.of(types));
        good.put(keys + "merges", GgufValue.of(List.of("t h", "th e")));
        good.put(keys + "bos_token_id", GgufValue.of(258L));
        good.put(keys + "add_bos_token", GgufValue.of(true));
        byte[] whole = GgufWriter.header(good, List.of());
        assertArrayEquals(new int[] {258, 257, '1'}, readGguf(whole).encode("the1"));
        List<Map.Entry<String, GgufValue>> bad = List.of(Map.entry("pre", GgufValue.of("deepseek-llm")), Map.entry("tokens", GgufValue.of("t")),
                Map.entry("tokens", GgufValue.of(List.of())), Map.entry("tokens", GgufValue.of(tokens.subList(0, 258))), Map.entry("token_type", GgufValue.of(new int[3])),
                Map.entry("merges", GgufValue.of(List.of("t h", "t h"))),
                Map.entry("merges", GgufValue.of(List.of("t x"))), Map.entry("merges", GgufValue.of(List.of("the"))), Map.entry("merges", GgufValue.of(7L)),
                Map.entry("bos_token_id", GgufValue.of(1L << 40)), Map.entry("bos_token_id", GgufValue.of(-1L)), Map.entry("add_space_prefix", GgufValue.of(true)));
        for (Map.Entry<String, GgufValue> change : bad) {
            Map<String, GgufValue> changed = new LinkedHashMap<>(good);
            changed.put(keys + change.getKey(), change.getValue());
            Problem problem = assertThrows(Problem.class, () -> readGguf(GgufWriter.header(changed, List.of())), change.toString());
            assertTrue(!problem.why().isBlank());
        }
        for (String missing : List.of("pre", "tokens", "merges", "bos_token_id")) {
            Map<String, GgufValue> changed = new LinkedHashMap<>(good);
            changed.remove(keys + missing);
            assertThrows(Problem.class, () -> readGguf(GgufWriter.header(changed, List.of())), missing);
        }
        for (int length = 1; length < whole.length - 64; length += 97) {
            byte[] cutOff = Arrays.copyOf(whole, length);
            assertThrows(Problem.class, () -> readGguf(cutOff), "cut off at " + length);
        }
    }
}
