package org.llmsys.tokenizer.internal;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.TokenizerFiles;

class VocabularyLimitTest {

    @Test
    @DisplayName("2^20 tokens or merges are read, one more is refused by name, before any kind looks at the file")
    void limit() {
        assertDoesNotThrow(() -> VocabularyLimit.require(vocabulary(VocabularyLimit.MOST)));
        String large = vocabulary(VocabularyLimit.MOST + 1);
        Problem problem = assertThrows(Problem.class, () -> TokenizerFiles.parse(large, Assemblies.of(new CharTokenizerType())));
        assertTrue(problem.why().contains("vocab has more than 1048576 entries"), problem.text());
        String merges = "{\"model\": {\"merges\": [" + "0,".repeat(VocabularyLimit.MOST) + "0]}}";
        assertTrue(assertThrows(Problem.class, () -> VocabularyLimit.require(merges)).why().contains("merges has more than"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"model\": {\"vocab\": {\"a\": ", "{\"a\": [0, 0] {}}", "{\"a\": NaN}"})
    @DisplayName("what is no JSON is refused before any kind makes a tree of it")
    void noJson(String json) {
        assertTrue(assertThrows(Problem.class, () -> VocabularyLimit.require(json)).why().contains("no JSON"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "7", "{\"model\": 7}", "{\"model\": {\"vocab\": null}, \"x\": [[[]]]}"})
    @DisplayName("what is no tokenizer.json is left to whoever reads it")
    void noTokenizer(String json) {
        assertDoesNotThrow(() -> VocabularyLimit.require(json));
    }

    private static String vocabulary(int entries) {
        return "{\"version\": \"1.0\", \"model\": {\"type\": \"BPE\", \"vocab\": {"
                + IntStream.range(0, entries).mapToObj(id -> "\"" + id + "\":" + id).collect(Collectors.joining(",")) + "}, \"merges\": []}}";
    }
}
