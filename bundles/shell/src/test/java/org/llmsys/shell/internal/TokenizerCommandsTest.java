package org.llmsys.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.HelpPage;
import org.llmsys.tensor.WorkerPool;

class TokenizerCommandsTest {

    private static final String TEXT = "low lower lowest";

    @TempDir
    private Path folder;
    private final Tokenizers tokenizers = new Tokenizers(ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies(), null);
    private String text;
    private String said = "";

    @BeforeEach
    void writeText() throws IOException {
        text = Files.writeString(folder.resolve("text.txt"), TEXT).toString();
    }

    private Command command(String name) {
        return switch (name) {
            case "tokenize" -> new TokenizeCommand(tokenizers);
            case "tokenizer-train" -> new TokenizerTrainCommand(tokenizers);
            case "tokenizer-info" -> new TokenizerInfoCommand(tokenizers);
            case "tokenizer-convert" -> new TokenizerConvertCommand(tokenizers);
            default -> new CompareCommand(null, null, tokenizers);
        };
    }

    private String runWith(byte[] input, boolean cancelled, String name, String... typed) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(new ByteArrayInputStream(input), new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8), false, false);
        if (cancelled) {
            console.cancel();
        }
        assertEquals(0, command(name).run(new Arguments(HelpPage.of(name).orElseThrow(), List.of(typed)), console));
        said = err.toString(StandardCharsets.UTF_8);
        return out.toString(StandardCharsets.UTF_8);
    }

    private String run(String name, String... typed) throws Exception {
        return runWith(new byte[0], false, name, typed);
    }

    private Problem refused(int status, String name, String... typed) {
        Problem problem = assertThrows(Problem.class, () -> run(name, typed));
        assertEquals(status, problem.exitStatus(), problem.text());
        return problem;
    }

    private static JsonObject object(String line) {
        return JsonParser.parseString(line).getAsJsonObject();
    }

    private String trained(String kind) throws Exception {
        String out = folder.resolve(kind + ".json").toString();
        run("tokenizer-train", "--text", text, "--type", kind, "--vocab-size", "0", "--min-frequency", "1", "--out", out);
        return out;
    }

    private List<String> inFolder() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    @DisplayName("--explain --json: a line a merge, counted by hand, with what it makes of the word; then a summary")
    void explain() throws Exception {
        List<String> lines = run("tokenizer-train", "--text", text, "--type", "byte-bpe", "--vocab-size", "260", "--min-frequency", "2", "--explain",
                "--word", "lower", "--json").lines().toList();
        assertEquals(4, lines.size());
        assertEquals("{\"step\": 1, \"left\": \"l\", \"right\": \"o\", \"token\": \"lo\", \"id\": 256, \"count\": 3, "
                + "\"words\": {\"lower\": [\"\u0120\", \"lo\", \"w\", \"e\", \"r\"]}}", lines.get(0));
        assertEquals("{\"step\": 3, \"left\": \"\u0120\", \"right\": \"low\", \"token\": \"\u0120low\", \"id\": 258, \"count\": 2, "
                + "\"words\": {\"lower\": [\"\u0120low\", \"e\", \"r\"]}}", lines.get(2));
        JsonObject last = object(lines.get(3));
        assertEquals(260, last.get("vocabSize").getAsInt());
        assertEquals(3, last.get("merges").getAsInt());
        assertEquals(16, last.get("bytes").getAsInt());
        assertEquals(8, last.get("tokens").getAsInt(), "low, Ġlow e r, Ġlow e s t");
        assertEquals(2.0, last.get("bytesPerToken").getAsDouble());
        assertEquals(List.of("text.txt"), inFolder(), "without --out nothing is written");
    }

    @Test
    @DisplayName("the table shows the first --limit merges and those that change the word; a kind without merges says so")
    void explainTable() throws Exception {
        String table = run("tokenizer-train", "--text", text, "--type", "byte-bpe", "--vocab-size", "260", "--min-frequency", "2", "--explain",
                "--word", "west", "--limit", "1");
        assertTrue(table.contains("\u0120 w e s t") && table.contains("   1  l") && !table.contains("   2  lo"), table);
        run("tokenizer-train", "--text", text, "--type", "whitespace", "--explain");
        assertTrue(said.contains("whitespace keeps no history"), said);
    }

    @Test
    @DisplayName("what is trained can be read: info tells kind, size, specials, merges, and how it fits a text")
    void info() throws Exception {
        JsonObject info = object(run("tokenizer-info", "--tokenizer", trained("byte-bpe"), "--json", "low lower"));
        assertEquals("byte-bpe", info.get("kind").getAsString());
        assertEquals("tokenizer.json", info.get("form").getAsString());
        assertTrue(info.get("byteLevel").getAsBoolean() && info.get("merges").getAsInt() > 3);
        assertEquals("<|endoftext|>", info.getAsJsonArray("specialTokens").get(0).getAsJsonObject().get("token").getAsString());
        assertEquals(info.get("endOfText"), info.getAsJsonArray("specialTokens").get(0).getAsJsonObject().get("id"));
        assertEquals("\u0120lowest", info.getAsJsonObject("longestToken").get("token").getAsString());
        JsonObject fit = info.getAsJsonObject("text");
        assertEquals(2, fit.get("words").getAsInt());
        assertEquals(9.0 / fit.get("tokens").getAsInt(), fit.get("bytesPerToken").getAsDouble());
        assertTrue(fit.get("roundTrip").getAsBoolean());

        JsonObject words = object(run("tokenizer-info", "--tokenizer", trained("whitespace"), "--json", "low  higher"));
        assertEquals(4, words.get("vocabSize").getAsInt());
        assertFalse(words.getAsJsonObject("text").get("roundTrip").getAsBoolean());
        assertEquals(4, words.getAsJsonObject("text").get("firstLoss").getAsInt(), "the second blank");
        assertTrue(words.get("merges").isJsonNull() && !words.get("byteLevel").getAsBoolean());
    }

    @Test
    @DisplayName("convert: a vocab.txt written here comes out as a tokenizer.json with the same tokens")
    void convert() throws Exception {
        Path vocabulary = Files.writeString(folder.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nlow\n##er\n");
        String out = folder.resolve("deep/er/tokenizer.json").toString();
        JsonObject written = object(run("tokenizer-convert", "--tokenizer", vocabulary.toString(), "--form", "TOKENIZER_JSON", "--out", out, "--json"));
        assertEquals(7, written.get("vocabSize").getAsInt());
        assertEquals(Files.size(Path.of(out)), written.get("bytes").getAsLong());
        assertTrue(written.get("lost").isJsonNull(), written.toString());
        assertEquals("[\"low\",\"##er\"]",
                object(run("tokenize", "--tokenizer", out, "--no-special", "--json", "Lower")).get("tokens").toString());
    }

    @Test
    @DisplayName("a wrong kind, form, place or text is refused with the right status, and leaves nothing behind")
    void refusals() throws Exception {
        String out = folder.resolve("out.json").toString();
        String chars = trained("char");
        assertTrue(refused(2, "tokenizer-train", "--text", text, "--type", "bytebpe", "--out", out).fix().contains("byte-bpe"));
        assertTrue(refused(2, "tokenizer-train", "--text", text, "--type", "char", "--out", out, "--form", "ggguf").fix().contains("gguf"));
        assertTrue(refused(2, "tokenizer-train", "--text", text, "--type", "char").getMessage().contains("--out"));
        refused(2, "tokenizer-train", "--text", text, "--type", "char", "--out", out, "--limit", "3");
        refused(2, "tokenizer-train", "--text", text, "--type", "byte-bpe", "--vocab-size", "200", "--out", out);
        refused(1, "tokenizer-train", "--text", text, "--type", "char", "--out", folder.toString());
        refused(1, "tokenizer-train", "--text", text, "--type", "char", "--out", text + "/x/tokenizer.json");
        assertTrue(refused(1, "tokenizer-train", "--text", text, "--type", "char", "--out", out, "--form", "llama2c").getMessage()
                .contains("llama2c"));
        refused(1, "tokenizer-convert", "--tokenizer", chars, "--form", "tiktoken", "--out", out);
        refused(1, "tokenizer-convert", "--tokenizer", chars, "--form", "vocab+merges", "--out", text);
        refused(1, "tokenizer-convert", "--tokenizer", out, "--form", "gguf", "--out", out);
        refused(2, "tokenizer-info", "--tokenizer", chars, "one", "two");
        assertEquals(List.of("char.json", "text.txt"), inFolder());
    }

    @Test
    @DisplayName("cancelled, every kind ends by cancellation and nothing is written")
    void cancelled() throws Exception {
        for (String kind : tokenizers.kinds()) {
            assertThrows(CancellationException.class, () -> runWith(new byte[0], true, "tokenizer-train", "--text", text, "--type", kind,
                    "--vocab-size", "0", "--out", folder.resolve("cancelled.json").toString()), kind);
        }
        assertEquals(List.of("text.txt"), inFolder());
    }

    @Test
    @DisplayName("tokenize --decode takes ids as words or as a JSON list from standard input, and gives the text that tokenize had")
    void decode() throws Exception {
        String tokenizer = trained("char");                            // " elorstw"
        JsonObject tokens = object(run("tokenize", "--tokenizer", tokenizer, "--json", "lower"));
        assertEquals("[2,3,7,1,4]", tokens.get("ids").toString());
        assertEquals("[0,1]", tokens.getAsJsonArray("offsets").get(0).toString());
        assertEquals("lower\n", run("tokenize", "--tokenizer", tokenizer, "--decode", "2", "3,7", "1", "4"));
        JsonObject back = object(runWith("[2, 3, 7, 1, 4]\n".getBytes(StandardCharsets.UTF_8), false, "tokenize", "--tokenizer", tokenizer,
                "--decode", "--json", "-"));
        assertEquals("lower", back.get("text").getAsString());
        assertEquals(tokens.get("tokens"), back.get("tokens"));
        assertTrue(refused(2, "tokenize", "--tokenizer", tokenizer, "--decode", "2", "x").getMessage().contains("x"));
        refused(1, "tokenize", "--tokenizer", tokenizer, "--decode", "8");
        refused(2, "tokenize", "--tokenizer", tokenizer, "--decode", "--no-special", "2");
        refused(2, "tokenize", "--tokenizer", tokenizer, "--decode");
    }

    @Test
    @DisplayName("standard input: empty is no token, bytes that are not UTF-8 are refused")
    void standardInput() throws Exception {
        String tokenizer = trained("char");
        assertEquals("{\"ids\": [], \"tokens\": [], \"offsets\": []}\n", run("tokenize", "--tokenizer", tokenizer, "--json", "-"));
        assertThrows(Problem.class, () -> runWith(new byte[] {'l', (byte) 0xff}, false, "tokenize", "--tokenizer", tokenizer, "-"));
        assertThrows(Problem.class, () -> runWith(new byte[0], false, "tokenizer-train", "--text", "-", "--type", "char", "--explain"));
    }

    @Test
    @DisplayName("a long text is shown as several tables, no row lost")
    void longText() throws Exception {
        String shown = runWith("lo".repeat(7501).getBytes(StandardCharsets.UTF_8), false, "tokenize", "--tokenizer", trained("char"), "-");
        assertEquals(15002 + 2, shown.lines().count());
        assertTrue(shown.lines().reduce((a, b) -> b).orElseThrow().startsWith("15001"), "the last row is the last token");
    }

    @Test
    @DisplayName("compare: a file against a kind that is trained on the text, with what differs and where")
    void compare() throws Exception {
        String chars = trained("char");
        JsonObject result = object(run("compare", "tokenizer", chars, "whitespace", "low e", "--json"));
        assertEquals("tokenizer", result.get("slot").getAsString());
        assertEquals(5, result.get("tokensA").getAsInt());
        assertEquals(2, result.get("tokensB").getAsInt());
        assertEquals(1.0, result.get("bytesPerTokenA").getAsDouble());
        assertEquals(2.5, result.get("bytesPerTokenB").getAsDouble());
        assertEquals(0, result.get("firstDifferingToken").getAsInt());
        assertEquals(0.25, result.get("cutAlike").getAsDouble(), "e of l, o, w, e: the blank is no token of whitespace");
        assertEquals("[{\"start\":0,\"end\":3,\"text\":\"low\",\"a\":[\"l\",\"o\",\"w\"],\"b\":[\"low\"]}]", result.get("differences").toString());
        assertTrue(result.get("millisA").getAsDouble() > 0 && result.get("millisB").getAsDouble() > 0);

        JsonObject same = object(run("compare", "tokenizer", chars, chars, "--text", text, "--json"));
        assertEquals(-1, same.get("firstDifferingToken").getAsInt());
        assertTrue(same.get("sameIds").getAsBoolean());
        assertTrue(run("compare", "tokenizer", chars, "char", TEXT).contains("both cut the text alike, into the same ids"));
    }

    @Test
    @DisplayName("compare refuses a side that is neither path nor kind, two texts, options of the other form, and a text a side cannot express")
    void compareRefusals() throws Exception {
        String chars = trained("char");
        assertTrue(refused(2, "compare", "tokenizer", chars, "unigran", "low").fix().contains("unigram"));
        refused(2, "compare", "tokenizer", chars, "char", "low", "--text", text);
        refused(2, "compare", "tokenizer", chars, "char", "--prompt", "low");
        refused(2, "compare", "matmul", "naive", "tiled", "--limit", "3");
        refused(2, "compare", "tokenizer", chars);
        assertTrue(refused(1, "compare", "tokenizer", chars, "whitespace", "xyz").getMessage().contains(chars));
        refused(1, "compare", "tokenizer", text + ".none/x", "char", "--text", folder.resolve("none.txt").toString());
    }
}
