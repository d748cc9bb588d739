package org.llmsys.tokenizer.internal.wordpiece;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.files.GgufValue;
import org.llmsys.files.GgufWriter;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile;
import org.llmsys.tokenizer.TokenizerFile.Form;
import org.llmsys.tokenizer.TokenizerFiles;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;

/** vocab.txt and GGUF: what they say is read, what they cannot say is refused by name. */
class WordPieceFilesTest {

    /** ids:                                    0       1        2        3        4         5     6        7       8    9    10 */
    private static final List<String> TOKENS = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un", "##aff", "##able", "!", "a", "[unused0]");
    private static final String TEXT = "Unaffable! \u00C1 xyz [MASK]";
    private static final int[] IDS = {2, 5, 6, 7, 8, 9, 1, 4, 3};

    @TempDir
    private Path folder;

    @Test
    @DisplayName("GGUF as llama.cpp's converter writes it: beginnings marked by U+2581, control tokens by their type, names in brackets bare in old files")
    void llamaCpp() throws IOException {
        List<String> marked = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "\u2581un", "aff", "able", "\u2581!", "\u2581a", "\u2581[unused0]");
        List<String> old = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "\u2581un", "aff", "able", "\u2581!", "\u2581a", "[unused0]");
        int[] types = {3, 3, 3, 3, 3, 1, 1, 1, 1, 1, 1};
        for (Tokenizer tokenizer : List.of(gguf(marked, types, Map.of()), gguf(old, null, Map.of()),
                gguf(marked, types, Map.of("cls_token_id", GgufValue.of(2L), "seperator_token_id", GgufValue.of(3L), "unknown_token_id", GgufValue.of(1L))))) {
            assertEquals(TOKENS, ((WordPieceTokenizer) tokenizer).vocabulary().tokens());
            assertArrayEquals(IDS, tokenizer.encode(TEXT));
            assertArrayEquals(new int[] {5, 6, 7}, tokenizer.encode("unaffable", Specials.IGNORED).ids());
        }
        GgufValue no = GgufValue.of(false);
        Tokenizer told = gguf(marked, types, Map.of("normalizer.lowercase", no, "add_bos_token", no, "add_eos_token", no));
        assertArrayEquals(new int[] {1, 5}, told.encode("Un un"));
        assertArrayEquals(new int[] {1}, gguf(marked, types, Map.of("normalizer.strip_accents", GgufValue.of(false))).encode("\u00E1", Specials.IGNORED).ids());
    }

    @Test
    @DisplayName("GGUF files with missing, doubled or unequal lists and ids beyond the tokens are refused; those of other kinds are not read")
    void badGguf() throws IOException {
        List<String> marked = List.of("[UNK]", "\u2581a", "b");
        assertThrows(Problem.class, () -> gguf(marked, new int[] {3, 1}, Map.of()));
        assertThrows(Problem.class, () -> gguf(List.of("[UNK]", "\u2581a", "\u2581a"), null, Map.of()));
        assertThrows(Problem.class, () -> gguf(List.of("\u2581a", "b"), null, Map.of()));
        assertThrows(Problem.class, () -> gguf(marked, null, Map.of("cls_token_id", GgufValue.of(3L))));
        assertThrows(Problem.class, () -> gguf(marked, null, Map.of("unknown_token_id", GgufValue.of(-1L))));
        assertThrows(Problem.class, () -> gguf(null, null, Map.of()));
        assertTrue(new WordPieceType().readFile(file(Map.of("tokenizer.ggml.model", GgufValue.of("gpt2")))).isEmpty());
        assertTrue(new WordPieceType().readFile(file(Map.of("general.architecture", GgufValue.of("bert")))).isEmpty());
    }

    @Test
    @DisplayName("vocab.txt and GGUF written of a BERT tokenizer and read again give the same tokenizer")
    void written() throws IOException {
        Tokenizer bert = VocabText.read(bytes(String.join("\n", TOKENS)));
        assertArrayEquals(IDS, bert.encode(TEXT));
        assertArrayEquals(bytes(String.join("\n", TOKENS) + "\n"), bert.files(Form.VOCAB_TXT).orElseThrow().get("vocab.txt"));
        for (Form form : List.of(Form.VOCAB_TXT, Form.GGUF)) {
            Path file = folder.resolve(form.toString());
            TokenizerFiles.write(bert, form, file);
            assertEquals(bert.toJson(), new WordPieceType().readFile(TokenizerFiles.recognize(file)).orElseThrow().toJson());
        }
        Tokenizer trained = new WordPieceType().train("the old clock, the old hall", TrainingSettings.DEFAULTS, Job.silent("test"));
        TokenizerFiles.write(trained, Form.GGUF, folder.resolve("trained"));
        Tokenizer again = new WordPieceType().readFile(TokenizerFiles.recognize(folder.resolve("trained"))).orElseThrow();
        assertArrayEquals(trained.encode("the [MASK] hall, old!"), again.encode("the [MASK] hall, old!"));
        assertTrue(bert.files(Form.TIKTOKEN).isEmpty());
    }

    @Test
    @DisplayName("a vocab.txt with CRLF, a byte order mark and no last line end is read; its tokens keep their blanks")
    void lineEnds() {
        for (String text : List.of("[UNK]\na\nb c\n", "[UNK]\r\na\r\nb c\r\n", "\uFEFF[UNK]\na\nb c")) {
            assertEquals(List.of("[UNK]", "a", "b c"), ((WordPieceTokenizer) VocabText.read(bytes(text))).vocabulary().tokens());
        }
    }

    @Test
    @DisplayName("what vocab.txt or GGUF cannot say is refused by its name: case, ends, prefix, longest word, cleanup, added tokens")
    void cannotSay() {
        String json = VocabText.read(bytes(String.join("\n", TOKENS))).toJson();
        refused(json.replace("\"lowercase\": true", "\"lowercase\": false"), "normalized", null);
        refused(json.replace("\"clean_text\": true", "\"clean_text\": false"), "normalized", "control characters");
        refused(json.replaceFirst("(?s)\"post_processor\": \\{.*?\\},\\s*\"decoder\"", "\"post_processor\": null, \"decoder\""), "[CLS]", null);
        refused(json.replace("prefix\": \"##\"", "prefix\": \"@@\""), "@@", "@@");
        refused(json.replace("\"max_input_chars_per_word\": 100", "\"max_input_chars_per_word\": 99"), "99", "99");
        refused(json.replace("\"cleanup\": true", "\"cleanup\": false"), "decoding", "decoding");
        refused(json.replace("\"content\": \"[MASK]\"", "\"content\": \"un\"").replace("\"id\": 4,", "\"id\": 5,"), "special", "[MASK]");
        refused(json.replace("\"added_tokens\": [", "\"added_tokens\": [{\"id\": 11, \"content\": \"new\", \"special\": false},"), "new", "new");
    }

    private void refused(String json, String vocabText, String gguf) {
        Tokenizer tokenizer = new WordPieceType().read(json);
        String why = assertThrows(Problem.class, () -> tokenizer.files(Form.VOCAB_TXT)).why();
        assertTrue(why.contains(vocabText), why);
        if (gguf == null) {
            assertTrue(tokenizer.files(Form.GGUF).isPresent());
        } else {
            String whyNot = assertThrows(Problem.class, () -> tokenizer.files(Form.GGUF)).why();
            assertTrue(whyNot.contains(gguf), whyNot);
        }
    }

    private Tokenizer gguf(List<String> tokens, int[] types, Map<String, GgufValue> more) throws IOException {
        Map<String, GgufValue> metadata = new LinkedHashMap<>(Map.of("tokenizer.ggml.model", GgufValue.of("bert")));
        if (tokens != null) {
            metadata.put("tokenizer.ggml.tokens", GgufValue.of(tokens));
        }
        if (types != null) {
            metadata.put("tokenizer.ggml.token_type", GgufValue.of(types));
        }
        more.forEach((key, value) -> metadata.put("tokenizer.ggml." + key, value));
        return new WordPieceType().readFile(file(metadata)).orElseThrow();
    }

    private TokenizerFile file(Map<String, GgufValue> metadata) throws IOException {
        return new TokenizerFile(Form.GGUF, Files.write(folder.resolve("vocab.gguf"), GgufWriter.header(metadata, List.of())));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
