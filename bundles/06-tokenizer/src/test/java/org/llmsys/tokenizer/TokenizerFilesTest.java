package org.llmsys.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.files.GgufValue;
import org.llmsys.files.GgufWriter;
import org.llmsys.tokenizer.TokenizerFile.Form;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.llmsys.tokenizer.internal.CharTokenizerType;
import org.llmsys.tokenizer.internal.wordpiece.WordPieceType;

/** What a file holds is told by its content, and what is written is there whole or not at all. */
class TokenizerFilesTest {

    private static final String VOCABULARY = "{\"!\": 0, \"a\": 1, \"version\": 2}";
    private static final String TOKENIZER = "{\"version\": \"1.0\", \"added_tokens\": [], \"model\": {\"type\": \"BPE\", \"vocab\": {}}}";
    /** Two pieces: field 1, 12 bytes, in which field 1 is a text of 5 and field 2 a float. */
    private static final byte[] PIECES = {0x0A, 0x0C, 0x0A, 0x05, '<', 'u', 'n', 'k', '>', 0x15, 0, 0, 0, 0,
        0x0A, 0x0A, 0x0A, 0x03, '<', 's', '>', 0x15, 0, 0, 0, 0};

    @TempDir
    private Path folder;

    @Test
    @DisplayName("each form is recognized by how it begins, whatever the file's name, with a byte order mark and with CRLF too")
    void forms() throws IOException {
        assertEquals(Form.TOKENIZER_JSON, form(TOKENIZER));
        assertEquals(Form.TOKENIZER_JSON, form("\uFEFF \r\n" + TOKENIZER));
        assertEquals(Form.TOKENIZER_JSON, form("{\"model\": {\"type\": \"WordPiece\"}}"));
        assertEquals(Form.VOCAB_TXT, form("[PAD]\n[UNK]\nhello\n"));
        assertEquals(Form.VOCAB_TXT, form("\uFEFF[PAD]\r\n[UNK]\r\nhello\r\n"));
        assertEquals(Form.VOCAB_TXT, form("a b\nc d\n \n[UNK]\n"));
        assertEquals(Form.TIKTOKEN, form("IQ== 0\nIg== 1\nIw== 2\n"));
        byte[] gguf = GgufWriter.header(Map.of("general.architecture", GgufValue.of("bert")), List.of());
        assertEquals(Form.GGUF, TokenizerFiles.recognize(write("x", gguf)).form());
        assertEquals(Form.SENTENCEPIECE, TokenizerFiles.recognize(write("x", PIECES)).form());
        ByteBuffer llama2c = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putInt(5);
        for (String piece : List.of("<unk>", "<s>", "</s>", "a")) {
            llama2c.putFloat(0).putInt(piece.length()).put(piece.getBytes(StandardCharsets.UTF_8));
        }
        assertEquals(Form.LLAMA2C, TokenizerFiles.recognize(write("x", llama2c.array())).form());
    }

    @Test
    @DisplayName("a vocabulary in JSON is told from a tokenizer.json that lies beside merges, and is nothing without them")
    void vocabularyOrTokenizer() throws IOException {
        assertTrue(refused(VOCABULARY).contains("merges"));
        write("merges.txt", "#version: 0.2\na b\n".getBytes(StandardCharsets.UTF_8));
        assertEquals(Form.VOCAB_AND_MERGES, form(VOCABULARY));
        assertEquals(Form.VOCAB_AND_MERGES, form("\uFEFF{\n \"version\": 0, \"model\": 1, \"x\": 2}"));
        assertEquals(Form.TOKENIZER_JSON, form(TOKENIZER));
        StringBuilder large = new StringBuilder("{\"a\": 0");
        for (int id = 1; id < 9001; id++) {
            large.append(", \"token-").append(id).append("\": ").append(id);
        }
        assertEquals(Form.VOCAB_AND_MERGES, form(large + "}"));
        assertEquals(Form.TOKENIZER_JSON, form(TOKENIZER.replace("[]", "[" + "{\"id\": 1}, ".repeat(20_000) + "{}]")));
    }

    @Test
    @DisplayName("what only looks like a tokenizer is refused: other JSON, prose, merges, an empty file, noise, text in another encoding")
    void others() throws IOException {
        for (String other : List.of("{}", "{\"model_type\": \"bert\", \"version\": \"1\"}", "[1, 2]", "{\"a\": -1}", "{\"a\": \"b\"}", "{ broken",
                "#version: 0.2\nl o\nlo w\n", "It was late.\nThe clock was slow.\n", "\n\n", "a\0b\n")) {
            assertTrue(refused(other).contains("form"), other);
        }
        assertTrue(refused("").contains("empty"));
        byte[] noise = new byte[1 << 17];
        for (int seed = 0; seed < 20; seed++) {
            new Random(seed).nextBytes(noise);
            assertThrows(Problem.class, () -> TokenizerFiles.recognize(write("noise", noise)));
        }
        assertThrows(Problem.class, () -> TokenizerFiles.recognize(write("x", "[UNK]\n\u00E9\n".getBytes(StandardCharsets.ISO_8859_1))));
        assertThrows(Problem.class, () -> TokenizerFiles.recognize(folder.resolve("absent")));
    }

    @Test
    @DisplayName("a character that the first 64 KiB cut in two is no reason to refuse a vocab.txt")
    void cutCharacter() throws IOException {
        assertEquals(Form.VOCAB_TXT, form("[UNK]\nab" + "\n\u4E2D\u4E2D".repeat(20_000)));
        assertEquals(Form.VOCAB_TXT, form("[UNK]\nabc" + "\n\u4E2D\u4E2D".repeat(20_000)));
        assertEquals(Form.VOCAB_TXT, form("[UNK]\nabcd" + "\n\u4E2D\u4E2D".repeat(20_000)));
    }

    @Test
    @DisplayName("in a folder tokenizer.json comes first; a vocabulary counts with its merges only; of several ranks or GGUF files none counts")
    void folders() throws IOException {
        write("config.json", "{\"model_type\": \"gpt2\"}".getBytes(StandardCharsets.UTF_8));
        assertThrows(Problem.class, () -> TokenizerFiles.recognize(folder));
        write("one.tiktoken", "IQ== 0\nIg== 1\n".getBytes(StandardCharsets.UTF_8));
        assertEquals(Form.TIKTOKEN, TokenizerFiles.recognize(folder).form());
        write("two.tiktoken", "IQ== 0\nIg== 1\n".getBytes(StandardCharsets.UTF_8));
        assertThrows(Problem.class, () -> TokenizerFiles.recognize(folder));
        write("vocab.json", VOCABULARY.getBytes(StandardCharsets.UTF_8));
        write("vocab.txt", "[UNK]\na\n".getBytes(StandardCharsets.UTF_8));
        assertEquals(Form.VOCAB_TXT, TokenizerFiles.recognize(folder).form());
        write("merges.txt", "a b\n".getBytes(StandardCharsets.UTF_8));
        assertEquals(new TokenizerFile(Form.VOCAB_AND_MERGES, folder.resolve("vocab.json")), TokenizerFiles.recognize(folder));
        write("spiece.model", PIECES);
        assertEquals(Form.SENTENCEPIECE, TokenizerFiles.recognize(folder).form());
        write("tokenizer.json", TOKENIZER.getBytes(StandardCharsets.UTF_8));
        assertEquals(Form.TOKENIZER_JSON, TokenizerFiles.recognize(folder).form());
    }

    @Test
    @DisplayName("a tokenizer written and read again gives the same ids, replaces the old file, and leaves nothing else behind")
    void written() throws IOException {
        Path vocabulary = write("bert", "[UNK]\nhello\n##s\n!\n".getBytes(StandardCharsets.UTF_8));
        Tokenizer bert = new WordPieceType().readFile(new TokenizerFile(Form.VOCAB_TXT, vocabulary)).orElseThrow();
        Path file = folder.resolve("new/folder/vocab.txt");
        for (int time = 0; time < 2; time++) {
            TokenizerFiles.write(bert, Form.VOCAB_TXT, file);
            Tokenizer again = new WordPieceType().readFile(TokenizerFiles.recognize(file)).orElseThrow();
            assertArrayEquals(bert.encode("Hellos! you"), again.encode("Hellos! you"));
        }
        TokenizerFiles.write(bert, Form.TOKENIZER_JSON, file.resolveSibling("any-name.json"));
        assertEquals(bert.toJson(), Files.readString(file.resolveSibling("any-name.json")));
        assertEquals(List.of("any-name.json", "vocab.txt"), names(file.getParent()));
    }

    @Test
    @DisplayName("a form that cannot hold the tokenizer, and a place that is a folder, are refused before anything is written")
    void refusals() throws IOException {
        Tokenizer chars = new CharTokenizerType().train("abc", TrainingSettings.DEFAULTS, Job.silent("test"));
        for (Form form : Form.values()) {
            if (form != Form.TOKENIZER_JSON) {
                Problem problem = assertThrows(Problem.class, () -> TokenizerFiles.write(chars, form, folder.resolve("out")));
                assertTrue(problem.why().contains(form.toString()) && problem.why().contains("char"), problem.why());
            }
        }
        assertThrows(Problem.class, () -> TokenizerFiles.write(chars, Form.TOKENIZER_JSON, folder));
        assertEquals(List.of(), names(folder));
    }

    @Test
    @DisplayName("a form of several files becomes a folder, and files of others in it stay")
    void severalFiles() throws IOException {
        Tokenizer two = new OfTwoFiles();
        Path target = Files.createDirectories(folder.resolve("model"));
        Files.writeString(target.resolve("config.json"), "{}");
        Files.writeString(target.resolve("merges.txt"), "old");
        TokenizerFiles.write(two, Form.VOCAB_AND_MERGES, target);
        assertEquals(List.of("config.json", "merges.txt", "vocab.json"), names(target));
        assertEquals("a b\n", Files.readString(target.resolve("merges.txt")));
        assertEquals(Form.VOCAB_AND_MERGES, TokenizerFiles.recognize(target).form());
        assertEquals("a b\n", TokenizerFiles.recognize(target).merges());
        assertFalse(Files.exists(folder.resolve(".model.saving")) || Files.exists(folder.resolve(".model.previous")));
    }

    private Form form(String content) throws IOException {
        return TokenizerFiles.recognize(write("unnamed", content.getBytes(StandardCharsets.UTF_8))).form();
    }

    private String refused(String content) throws IOException {
        Path file = write("unnamed", content.getBytes(StandardCharsets.UTF_8));
        return assertThrows(Problem.class, () -> TokenizerFiles.recognize(file), content).why();
    }

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** Says that it is a vocabulary and its merges. */
    private static final class OfTwoFiles implements Tokenizer {

        @Override
        public String type() {
            return "two";
        }

        @Override
        public int vocabSize() {
            return 0;
        }

        @Override
        public Encoding encode(String text, Specials specials) {
            return new Encoding(new int[0], new int[0], new int[0]);
        }

        @Override
        public String decode(int[] ids) {
            return "";
        }

        @Override
        public StreamingDecoder streamingDecoder() {
            return this::token;
        }

        @Override
        public String token(int id) {
            return "";
        }

        @Override
        public Optional<Integer> id(String token) {
            return Optional.empty();
        }

        @Override
        public String toJson() {
            return "{}";
        }

        @Override
        public Optional<Map<String, byte[]>> files(Form form) {
            return Optional.of(Map.of("vocab.json", VOCABULARY.getBytes(StandardCharsets.UTF_8), "merges.txt", "a b\n".getBytes(StandardCharsets.UTF_8)));
        }
    }
}
