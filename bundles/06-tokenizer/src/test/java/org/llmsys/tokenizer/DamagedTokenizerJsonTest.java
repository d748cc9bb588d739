package org.llmsys.tokenizer;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.WorkerPool;

/** A tokenizer that cannot be read gives a Problem that a person can read, whatever the file holds. */
class DamagedTokenizerJsonTest {

    private static final String LONG = "n".repeat(1 << 20);
    private static final int READABLE = 1200;

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {
        """
        {"version": "1.0", "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
         "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
         "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["a"]]}}""",
        """
        {"version": "1.0", "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
         "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
         "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], []]}}""",
        """
        {"version": "1.0", "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
         "lowercase": true}, "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": {"type": "BertProcessing", "sep": [], "cls": ["a", 0]},
         "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true}, "model": {"type": "WordPiece", "unk_token": "[UNK]",
         "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {"[UNK]": 0, "a": 1}}}"""})
    @DisplayName("a list that is too short is a field of the wrong type")
    void shortLists(String json) {
        assertEquals("a field is missing or of the wrong type", assertThrows(Problem.class, () -> TokenizerFiles.parse(json, assemblies)).why());
    }

    @Test
    @DisplayName("an id of two milliards is a gap, and takes no memory for what would stand before it")
    void largeId() {
        Problem problem = assertThrows(Problem.class, () -> TokenizerFiles.parse("""
                {"version": "1.0", "pre_tokenizer": {"type": "BertPreTokenizer"}, "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
                 "model": {"type": "WordPiece", "unk_token": "a", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
                 "vocab": {"a": 0, "b": 2147483647}}}""", assemblies));
        assertTrue(problem.why().contains("2147483647 stands where 1 is due"), problem.why());
    }

    @Test
    @DisplayName("a WordPiece token longer than any word has no memory taken for its letters, and is still a token")
    void longPiece() {
        String token = "n".repeat(1 << 24);
        Tokenizer tokenizer = TokenizerFiles.parse("""
                {"version": "1.0", "pre_tokenizer": {"type": "BertPreTokenizer"}, "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
                 "model": {"type": "WordPiece", "unk_token": "a", "continuing_subword_prefix": "##", "max_input_chars_per_word": 3,
                 "vocab": {"a": 0, "##b": 1, "abb": 2, "TOKEN": 3}}}""".replace("TOKEN", token), assemblies);   // a trie of it would take 600 MB
        assertEquals(3, tokenizer.id(token).orElseThrow());
        assertArrayEquals(new int[] {2, 0, 0}, tokenizer.encode("abb abbb nnn"));
    }

    @Test
    @DisplayName("a message quotes no megabyte of the file, whatever kind of tokenizer it is of")
    void longTexts() throws IOException {
        Path vocabulary = Files.writeString(folder.resolve("vocab.json"), "{\"a\": 0, \"" + LONG + "\": 0}");
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na b\n");
        assertAll(() -> brief(assertThrows(Problem.class, () -> TokenizerFiles.read(vocabulary, assemblies))),
                () -> brief(assertThrows(Problem.class, () -> TokenizerFiles.parse("""
                        {"version": "1.0", "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}, "decoder": {"type": "ByteLevel"},
                         "model": {"type": "BPE", "vocab": {"a": 0, "b": "LONG"}, "merges": []}}""".replace("LONG", LONG), assemblies))),
                () -> brief(assertThrows(Problem.class, () -> TokenizerFiles.parse("""
                        {"version": "1.0", "pre_tokenizer": {"type": "BertPreTokenizer"}, "decoder": {"type": "WordPiece", "prefix": "LONG"},
                         "model": {"type": "WordPiece", "unk_token": "a", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
                         "vocab": {"a": 0}}}""".replace("LONG", LONG), assemblies))));
    }

    private static void brief(Problem problem) {
        assertTrue(problem.text().length() < READABLE, problem.text().length() + " characters: " + problem.text().substring(0, 200));
        assertTrue(problem.why().contains("…"), problem.why());
    }
}
