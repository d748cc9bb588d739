package org.llmsys.transformer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Problem;
import org.llmsys.position.RotaryPairing;
import org.llmsys.position.RotaryScaling;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.transformer.ModelConfig.AttentionBiases;

/** The fields that files of Llama, Mistral and Qwen 2 have, in the forms in which they have them. */
class LlamaConfigJsonTest {

    /** @param more fields that are added, or stand in the place of others */
    private static ModelConfig read(String type, String more) {
        StringBuilder json = new StringBuilder("{\"model_type\": \"" + type + "\"");
        for (String field : List.of("\"hidden_size\": 64", "\"intermediate_size\": 96", "\"num_hidden_layers\": 3", "\"num_attention_heads\": 4",
                "\"max_position_embeddings\": 64", "\"vocab_size\": 101")) {
            json.append(more.contains(field.substring(0, field.indexOf(':') + 1)) ? "" : ", " + field);
        }
        return ModelConfigJson.read(json + (more.isEmpty() ? "" : ", " + more) + "}");
    }

    @Test
    @DisplayName("what is absent or null: as many key heads as heads, theta 10000, epsilon 1e-6, an output of its own, no biases")
    void absent() {
        ModelConfig config = read("llama", "");
        assertEquals(config, read("llama", "\"num_key_value_heads\": null, \"head_dim\": null, \"rope_scaling\": null, \"rope_theta\": null,"
                + "\"attention_bias\": null, \"mlp_bias\": null, \"tie_word_embeddings\": null, \"sliding_window\": null, \"hidden_act\": null"));
        assertEquals(4, config.numKvHeads());
        assertEquals(16, config.headDim());
        assertEquals(10000, config.ropeTheta());
        assertEquals(1e-6f, config.normEps());
        assertEquals(RotaryPairing.HALF_SPLIT, config.ropePairing());
        assertFalse(config.tiedOutput() || config.biases() || config.feedForwardBiases());
        assertEquals(AttentionBiases.NONE, config.attentionBiases());
    }

    @Test
    @DisplayName("rope_parameters of new files and rope_theta with rope_scaling of old ones say the same")
    void rotary() {
        String scaling = "\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 16";
        ModelConfig old = read("llama", "\"rope_theta\": 500000.0, \"rope_scaling\": {" + scaling + "}");
        assertEquals(old, read("llama", "\"rope_parameters\": {\"rope_theta\": 500000.0, " + scaling + "}"));
        assertEquals(new RotaryScaling.Llama3(8, 1, 4, 16), old.ropeScaling());
        assertEquals(500000, old.rotary().theta());
        assertEquals(new RotaryScaling.Linear(2), read("llama", "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2}").ropeScaling());
    }

    @Test
    @DisplayName("biases: of attention in all four projections, of Qwen 2 in three, of the network in its three matrices")
    void biases() {
        var all = ModelWeights.expectedShapes(read("llama", "\"attention_bias\": true, \"mlp_bias\": true, \"num_key_value_heads\": 2"));
        assertEquals(Shape.of(128), all.get("h.1.attn.c_attn.bias"));
        assertEquals(Shape.of(64), all.get("h.1.attn.c_proj.bias"));
        assertEquals(Shape.of(96), all.get("h.2.mlp.gate_proj.bias"));
        assertEquals(Shape.of(64), all.get("h.2.mlp.down_proj.bias"));
        assertFalse(all.containsKey("h.0.ln_1.bias") || all.containsKey("ln_f.bias"));
        var qwen = ModelWeights.expectedShapes(read("qwen2", ""));
        assertTrue(qwen.containsKey("h.0.attn.c_attn.bias") && !qwen.containsKey("h.0.attn.c_proj.bias"));
    }

    @Test
    @DisplayName("head_dim need not be C / NH: 4 heads of 24 elements read 64 features and give 96, which go back to 64")
    void headsOfTheirOwn() {
        ModelConfig config = read("llama", "\"head_dim\": 24, \"num_key_value_heads\": 2");
        assertEquals(24, config.headDim());
        var shapes = ModelWeights.expectedShapes(config);
        assertEquals(Shape.of(64, 192), shapes.get("h.0.attn.c_attn.weight"));
        assertEquals(Shape.of(96, 64), shapes.get("h.0.attn.c_proj.weight"));
        assertEquals(config, ModelConfigJson.read(ModelConfigJson.write(config)));
    }

    @Test
    @DisplayName("a sliding window ends the context, inside which it hides nothing; Qwen 2 has one only where it says so")
    void window() {
        assertEquals(16, read("mistral", "\"sliding_window\": 16").contextLength());
        assertEquals(64, read("mistral", "\"sliding_window\": 4096").contextLength());
        assertEquals(64, read("qwen2", "\"sliding_window\": 16, \"use_sliding_window\": false").contextLength());
        assertEquals(16, read("qwen2", "\"sliding_window\": 16, \"use_sliding_window\": true").contextLength());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"mlp_bias\": true", "\"attention_bias\": true, \"tie_word_embeddings\": true", "\"num_key_value_heads\": 1, \"rope_theta\": 7e5",
        "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 4}", "\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4, \"original_max_position_embeddings\": 16}"})
    @DisplayName("written and read again it is the same configuration")
    void roundTrip(String more) {
        ModelConfig config = read("llama", more);
        assertEquals(config, ModelConfigJson.read(ModelConfigJson.write(config)));
    }

    @Test
    @DisplayName("Qwen 2's windows count when a layer has one: max_window_layers says from which layer on")
    void windowsOfQwen2() {
        String window = "\"use_sliding_window\": true, \"sliding_window\": 20, \"num_hidden_layers\": 3, \"max_window_layers\": ";
        assertEquals(read("qwen2", "").contextLength(), read("qwen2", window + 3).contextLength());
        assertEquals(20, read("qwen2", window + 2).contextLength());
    }

    @Test
    @DisplayName("a field that stands twice, text behind the object, a number no JSON has and a hundred levels are refused, and say where")
    void suspicious() {
        for (List<String> wrong : List.of(List.of("{\"vocab_size\": 1, \"vocab_size\": 1}", "vocab_size stands there twice"),
                List.of("{\"rope_scaling\": {\"factor\": 2, \"factor\": 3}}", "rope_scaling.factor stands there twice"),
                List.of("{} {}", "at $"), List.of("{\"rms_norm_eps\": NaN}", "rms_norm_eps"), List.of("{'a': 1}", "damaged"),
                List.of("{\"a\": " + "[".repeat(100_000), "64 levels"), List.of("{\"" + "n".repeat(1 << 20) + "\": [", "nnn..."))) {
            Problem problem = assertThrows(Problem.class, () -> ModelConfigJson.read(wrong.getFirst()));
            assertTrue(problem.text().contains(wrong.getLast()) && problem.text().length() < 400 && !problem.text().contains("gson"), problem.text());
        }
    }

    @Test
    @DisplayName("what would be another mathematics is refused with its name and value")
    void refuses() {
        for (List<String> wrong : List.of(List.of("\"hidden_act\": \"gelu\"", "activation gelu"), List.of("\"num_attention_heads\": 3", "64 with 3 heads"),
                List.of("\"num_key_value_heads\": 3", "4 heads with 3 key-value heads"), List.of("\"partial_rotary_factor\": 0.5", "0.5"),
                List.of("\"rope_scaling\": {\"rope_type\": \"longrope\"}", "longrope"), List.of("\"rms_norm_eps\": 0", "normEps 0.0"),
                List.of("\"head_dim\": 0", "0"), List.of("\"quantization_config\": {\"quant_method\": \"gptq\"}", "gptq"), List.of("\"num_attention_heads\": 64", "1 elements"), List.of("\"num_attention_heads\": 0", "numHeads 0"),
                List.of("\"rope_scaling\": 7", "rope_scaling"), List.of("\"vocab_size\": 1e400", "vocab_size"), List.of("\"sliding_window\": 0", "0"))) {
            Problem problem = assertThrows(Problem.class, () -> read("llama", wrong.getFirst()), wrong.getFirst());
            assertTrue(problem.text().contains(wrong.getLast()), problem.text());
        }
        assertTrue(assertThrows(Problem.class, () -> read("qwen3", "")).text().contains("qwen3"));
    }

    @Test
    @DisplayName("3000 configurations with a number swapped, a character changed, a piece cut out or a thousand brackets: a configuration or a Problem")
    void mutants() {
        String[] seeds = {ModelConfigJson.write(read("llama", "\"rope_scaling\": {\"type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 1, \"high_freq_factor\": 4}")),
            ModelConfigJson.write(read("qwen2", "\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4}")), ModelConfigJson.write(ModelPresets.named("gpt2")),
            """
            {"model_type":"bert","vocab_size":7,"hidden_size":4,"num_hidden_layers":2,"num_attention_heads":2,"intermediate_size":6,
             "max_position_embeddings":5,"type_vocab_size":2,"layer_norm_eps":1e-12,"hidden_act":"gelu","hidden_dropout_prob":0.1}"""};
        String[] values = {"-1", "0", "1e309", "-1e99", "0.5", "null", "\"x\"", "[]", "{}", "true", "2147483648", "-2147483648", "9223372036854775808",
            "1e-320", "1e400000000", "12345678901234567890123", "[".repeat(1000) + "]".repeat(1000), "NaN", "{\"rope_type\": 3}"};
        RandomStream random = RandomStream.at(5);
        int read = 0;
        for (int n = 0; n < 3000; n++) {
            String json = mutant(seeds[n % seeds.length], values, random);
            try {
                ModelConfig config = ModelConfigJson.read(json);
                assertTrue(config.parameterCount() > 0 && ModelSummary.of(config, 1, 1).parameters() == config.parameterCount());
                read++;
            } catch (Problem e) {
                assertTrue(e.text().length() < 2000, e.text());
            }
        }
        assertTrue(read > 300 && read < 2700, read + " were read");
    }

    private static String mutant(String json, String[] values, RandomStream random) {
        int at = (int) random.nextLong(json.length());
        return switch ((int) random.nextLong(4)) {
            case 0 -> json.substring(0, at) + (char) (32 + random.nextLong(95)) + json.substring(at + 1);
            case 1 -> json.substring(0, at) + json.substring(Math.min(json.length(), at + 1 + (int) random.nextLong(12)));
            default -> {
                int colon = json.indexOf(':', at);
                int end = colon < 0 ? -1 : json.indexOf(',', colon);
                yield end < 0 ? json : json.substring(0, colon + 1) + values[(int) random.nextLong(values.length)] + json.substring(end);
            }
        };
    }
}
