package org.llmsys.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.llmsys.tokenizer.internal.CharTokenizerType;

class ConfigurationTest {

    @Test
    @DisplayName("every preset is valid and comes back from its JSON")
    void presets() {
        for (String name : Presets.names()) {
            TrainingConfig preset = Presets.named(name).requireValid();
            assertEquals(preset, TrainingConfig.fromJson(preset.toJson(), "test"));
        }
        Problem problem = assertThrows(Problem.class, () -> Presets.named("char-smal"));
        assertTrue(problem.fix().contains("char-small"), problem.text());
    }

    @Test
    @DisplayName("a file gives only what differs from its preset")
    void overrides() {
        TrainingConfig config = TrainingConfig.fromJson("{\"preset\":\"char-small\",\"steps\":7,\"model\":{\"numLayers\":2}}", "test");
        assertEquals(7, config.steps());
        assertEquals(2, config.model().numLayers());
        assertEquals(128, config.model().embeddingDim());
        assertEquals(0.99, config.beta2());
    }

    @ParameterizedTest
    @DisplayName("damaged JSON, unknown names, wrong types and values out of range are named")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"step":7}                    | did you mean steps
            {"steps":"7"}                 | steps cannot be "7"
            {"steps":1.5}                 | steps cannot be 1.5
            {"steps":99999999999999999999}| steps cannot be
            {"model":7}                   | model cannot be 7
            {"model":{"numHead":1}}       | did you mean numHeads
            {"model":{"numHeads":3}}      | 3 heads with 2 key-value heads
            {"model":{"numHeads":3,"numKvHeads":1}} | equal share
            {"tokenizer":null}            | tokenizer cannot be null
            {"learningRate":null}         | learningRate is NaN
            {"steps":0,"batchSize":-1}    | batchSize is -1
            {"beta1":1}                   | beta1 is 1.0
            {"momentum":1}                | momentum is 1.0
            {"nesterov":1}                | true or false
            {"minLearningRate":1}         | minLearningRate is 1.0
            {"validation":1}              | validation is 1.0
            {"preset":"huge"}             | tiny, demo, char-small
            [1]                           | not a JSON object
            {                             | not JSON
            """)
    void refusals(String json, String expected) {
        Problem problem = assertThrows(Problem.class, () -> TrainingConfig.fromJson(json, "run.json"));
        assertTrue(problem.text().contains(expected), problem.text());
    }

    @Test
    @DisplayName("all values out of range are listed together")
    void listsAll() {
        Problem problem = assertThrows(Problem.class, () -> TrainingConfig.fromJson("{\"steps\":0,\"batchSize\":0,\"beta1\":2}", "test"));
        assertTrue(problem.why().contains("steps is 0") && problem.why().contains("batchSize is 0") && problem.why().contains("beta1 is 2"), problem.text());
    }

    @Test
    @DisplayName("the first 90 % of a text are for training, the last 10 % for validation")
    void split() {
        String text = "abcdefghij".repeat(10);
        Dataset data = Dataset.of(text, tokenizer(text), 0.1, 4);
        assertEquals(90, data.training().size());
        assertEquals(10, data.validation().size());
        assertArrayEquals(tokenizer(text).encode("abc"), data.validation().ids(0, 3));
        assertEquals(0, Dataset.of(text, tokenizer(text), 0, 99).validation().size());
    }

    @Test
    @DisplayName("an empty, a binary and a too short text are refused")
    void badTexts() {
        Tokenizer tokenizer = tokenizer("ab");
        assertThrows(Problem.class, () -> Dataset.of("", tokenizer, 0.1, 4));
        assertThrows(Problem.class, () -> Dataset.of(" \n", tokenizer, 0.1, 4));
        assertThrows(Problem.class, () -> Dataset.of("ab\0ab", tokenizer, 0.1, 4));
        Problem training = assertThrows(Problem.class, () -> Dataset.of("abab", tokenizer, 0, 4));
        assertTrue(training.why().contains("training part has 4 tokens"), training.text());
        Problem validation = assertThrows(Problem.class, () -> Dataset.of("ab".repeat(20), tokenizer, 0.1, 4));
        assertTrue(validation.why().contains("validation part has 4 tokens"), validation.text());
    }

    @Test
    @DisplayName("other heads or another width share the features anew, unless the configuration says how wide a head is")
    void heads() {
        assertEquals(16, TrainingConfig.fromJson("{\"model\": {\"numHeads\": 4, \"embeddingDim\": 64}}", "test").model().headDim());
        TrainingConfig wide = TrainingConfig.fromJson("{\"model\": {\"numHeads\": 4, \"embeddingDim\": 64, \"headDim\": 24}}", "test");
        assertEquals(24, wide.model().headDim());
        assertEquals(wide, TrainingConfig.fromJson(wide.toJson(), "test"));
    }

    @Test
    @DisplayName("a stretched rotary encoding and a choice of biases are written and read, and a changed kind is a difference")
    void kinds() {
        TrainingConfig plain = Presets.named(Presets.TINY);
        TrainingConfig linear = TrainingConfig.fromJson("{\"model\": {\"attentionBiases\": \"QKV\", \"ropeScaling\": {\"kind\": \"linear\", \"factor\": 2}}}", "test");
        assertEquals("Linear[factor=2.0]", linear.model().ropeScaling().toString());
        assertEquals("QKV", linear.model().attentionBiases().name());
        assertEquals(linear, TrainingConfig.fromJson(linear.toJson(), "test"));
        assertEquals(plain, TrainingConfig.fromJson(plain.toJson(), "test"));
        assertTrue(plain.differences(linear, java.util.Set.of()).contains("model.ropeScaling.kind was plain, now it is linear"));
        for (String bad : new String[] {"{\"kind\": \"other\"}", "{\"kind\": \"linear\"}", "{\"kind\": \"linear\", \"factor\": \"x\"}",
                "{\"kind\": \"linear\", \"factor\": 0.5}", "{\"kind\": \"linear\", \"factor\": 2, \"more\": 1}", "[]"}) {
            assertThrows(Problem.class, () -> TrainingConfig.fromJson("{\"model\": {\"ropeScaling\": " + bad + "}}", "test"), bad);
        }
        assertThrows(Problem.class, () -> TrainingConfig.fromJson("{\"model\": {\"attentionBiases\": \"SOME\"}}", "test"));
    }

    @Test
    @DisplayName("a damaged training.json is refused, none is none")
    void damagedCheckpoint(@TempDir Path folder) throws Exception {
        assertTrue(Checkpoint.find(folder).isEmpty());
        Path file = folder.resolve(Checkpoint.FILE);
        Checkpoint good = new Checkpoint(Presets.named("tiny"), 7, "abc", 1.5, Double.NaN);
        Files.writeString(file, good.toJson());
        assertEquals(good, Checkpoint.find(folder).orElseThrow());
        for (String bad : new String[] {"", "{}", good.toJson().replace("\"step\": 7", "\"step\": -7"), good.toJson().replace("\"abc\"", "3"),
                good.toJson().substring(0, 40)}) {
            Files.writeString(file, bad);
            assertThrows(Problem.class, () -> Checkpoint.find(folder), bad);
        }
    }

    private static Tokenizer tokenizer(String text) {
        return new CharTokenizerType().train(text, TrainingSettings.DEFAULTS, Job.silent("test"));
    }
}
