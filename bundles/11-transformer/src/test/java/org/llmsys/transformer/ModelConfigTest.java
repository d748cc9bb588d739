package org.llmsys.transformer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.Shape;

class ModelConfigTest {

    private static ModelConfig shape(int v, int t, int c, int l, int nh, int nkv, int f) {
        return new ModelConfig("gpt2", v, t, c, l, nh, nkv, f, 1e-5f, 10000, true, true, "pre-norm", "layernorm", "learned", "gelu-mlp", "gelu", 0);
    }

    @Test
    @DisplayName("values that make no model are refused with the name of the value")
    void refuses() {
        assertTrue(problem(() -> shape(0, 8, 4, 1, 1, 1, 4)).getMessage().contains("vocabSize 0"));
        assertTrue(problem(() -> shape(8, 8, 5, 1, 2, 2, 4)).getMessage().contains("embeddingDim 5 with 2 heads"));
        assertTrue(problem(() -> shape(8, 8, 6, 1, 3, 2, 4)).getMessage().contains("3 heads with 2 key-value heads"));
        assertTrue(problem(() -> shape(8, 8, 4, 1025, 1, 1, 4)).getMessage().contains("numLayers 1025"));
        assertTrue(problem(() -> shape(8, 8, 4, 1, 0, 1, 4)).getMessage().contains("numHeads 0"));
        assertTrue(problem(() -> shape(8, 8, 4, 1, 1, 1, 4).withDropout(1)).getMessage().contains("dropout"));
        assertTrue(problem(() -> ModelPresets.named("char-smal")).fix().contains("char-small"));
    }

    private static Problem problem(Runnable work) {
        return assertThrows(Problem.class, work::run);
    }

    @Test
    @DisplayName("parameters by hand: V=5, T=3, C=2, L=1, F=4 with biases are 10 + 6 + (4 + 18 + 6 + 4 + 12 + 10) + 4 = 74")
    void countsByHand() {
        assertEquals(74, shape(5, 3, 2, 1, 1, 1, 4).parameterCount());
    }

    @Test
    @DisplayName("the presets have the sizes they are known for")
    void presets() {
        assertEquals(124_439_808, ModelPresets.named("gpt2").parameterCount());
        assertEquals(28_832, ModelPresets.named("tiny").parameterCount());
        assertEquals(15_191_712, ModelPresets.named("stories15M").parameterCount());
        assertEquals(260_032, ModelPresets.named("stories260K").parameterCount());
        // 65·128 + 64·128 + 4·(2·128 + 128·384 + 128·128 + 2·128·512) + 128
        assertEquals(804_096, ModelPresets.named("char-small").withVocabSize(65).parameterCount());
        assertTrue(ModelPresets.named("gpt2").summary().contains("124,439,808"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny", "char-small", "gpt2"})
    @DisplayName("config.json written and read is the same configuration")
    void jsonRoundTrip(String preset) {
        ModelConfig config = ModelPresets.named(preset);
        assertEquals(config, ModelConfigJson.read(ModelConfigJson.write(config)));
        ModelConfig other = config.withBlock("post-norm").withCausal(false);
        assertEquals(other, ModelConfigJson.read(ModelConfigJson.write(other)));
    }

    @Test
    @DisplayName("a BERT config.json: an encoder, of base size 108,891,648 numbers without its pooler")
    void readsBert() {
        // 30522·768 + 512·768 + 2·768 + 2·768 + 12·(4·(768·768 + 768) + 2·2·768 + 768·3072 + 3072 + 3072·768 + 768)
        ModelConfig config = ModelConfigJson.read("""
                {"model_type":"bert","vocab_size":30522,"hidden_size":768,"num_hidden_layers":12,"num_attention_heads":12,"intermediate_size":3072,
                 "max_position_embeddings":512,"type_vocab_size":2,"layer_norm_eps":1e-12,"hidden_act":"gelu","pad_token_id":0}""");
        assertEquals(108_891_648, config.parameterCount());
        assertEquals(1e-12f, config.normEps());
        assertEquals("post-norm", config.block());
        assertTrue(!config.causal() && config.summary().contains("in both directions"));
        assertEquals(config, ModelConfigJson.read(ModelConfigJson.write(config)));
    }

    @Test
    @DisplayName("a GPT-2 config.json from elsewhere: n_ctx, gelu_new, n_inner null, unknown fields")
    void readsGpt2() {
        ModelConfig config = ModelConfigJson.read("""
                {"model_type":"gpt2","n_ctx":1024,"n_embd":8,"n_head":2,"n_layer":3,"vocab_size":50257,"n_inner":null,
                 "activation_function":"gelu_new","layer_norm_epsilon":1e-05,"resid_pdrop":0.1,"task_specific_params":{"a":[1]}}""");
        assertEquals(1024, config.contextLength());
        assertEquals(32, config.hiddenDim());
        assertEquals("gelu-tanh", config.activation());
        assertEquals(0.1f, config.dropout());
        assertTrue(config.biases() && config.tiedOutput());
        assertEquals("learned", config.position());
    }

    @Test
    @DisplayName("tokens that end a text: one, several, none, those of another vocabulary; nothing else is read as one")
    void endTokens() {
        assertEquals(Set.of(2), ModelConfigJson.endTokens("{\"eos_token_id\": 2}", 9));
        assertEquals(Set.of(2, 0), ModelConfigJson.endTokens("{\"eos_token_id\": [2, 0, 2, 9, -1, 50256, 1.5, 1e300]}", 9));
        for (String none : List.of("{}", "{\"eos_token_id\": null}", "{\"eos_token_id\": []}", "{\"eos_token_id\": 50256}")) {
            assertEquals(Set.of(), ModelConfigJson.endTokens(none, 9));
        }
        for (String bad : List.of("\"2\"", "{}", "[[2]]", "[null]", "true")) {
            assertTrue(assertThrows(Problem.class, () -> ModelConfigJson.endTokens("{\"eos_token_id\": " + bad + "}", 9)).text().contains("eos_token_id"));
        }
    }

    @Test
    @DisplayName("Hugging Face's several names of an activation; one that is not known is refused by its name")
    void activations() {
        String json = "{\"n_ctx\":8,\"n_embd\":8,\"n_head\":2,\"n_layer\":1,\"vocab_size\":9,\"activation_function\":\"%s\"}";
        Map<String, String> names = Map.of("gelu", "gelu", "gelu_python", "gelu", "gelu_fast", "gelu-tanh", "gelu_accurate", "gelu-tanh", "swish", "silu",
                "quick_gelu", "quick-gelu", "tanh", "tanh");
        names.forEach((theirs, ours) -> assertEquals(ours, ModelConfigJson.read(json.formatted(theirs)).activation(), theirs));
        for (String name : names.keySet()) {
            ModelConfig config = ModelConfigJson.read(json.formatted(name));
            assertEquals(config, ModelConfigJson.read(ModelConfigJson.write(config)));
        }
        assertTrue(assertThrows(Problem.class, () -> ModelConfigJson.read(json.formatted("gelu_10"))).text().contains("gelu_10"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "{\"n_embd\":8}", "{\"model_type\":\"bert\"}",
        "{\"n_ctx\":8,\"n_embd\":8.5,\"n_head\":2,\"n_layer\":1,\"vocab_size\":9}", "{\"n_ctx\":8,\"n_embd\":\"8\",\"n_head\":2,\"n_layer\":1,\"vocab_size\":9}",
        "{\"n_ctx\":8,\"n_embd\":8,\"n_head\":3,\"n_layer\":1,\"vocab_size\":9}", "{\"n_ctx\":8,\"n_embd\":8,\"n_head\":2,\"n_layer\":-1,\"vocab_size\":9}",
        "{\"n_ctx\":8,\"n_embd\":8,\"n_head\":2,\"n_layer\":1,\"vocab_size\":9,\"scale_attn_weights\":false}",
        "{\"n_ctx\":8,\"n_embd\":8,\"n_head\":2,\"n_layer\":1,\"vocab_size\":9,\"layer_norm_epsilon\":NaN}",
        "{\"n_ctx\":1e300,\"n_embd\":8,\"n_head\":2,\"n_layer\":1,\"vocab_size\":9}"})
    @DisplayName("a config.json that is no model is a problem, never another exception")
    void refusesBadJson(String json) {
        assertThrows(Problem.class, () -> ModelConfigJson.read(json));
    }

    @Test
    @DisplayName("weights have GPT-2's names and shapes, in model order")
    void expectedShapes() {
        var shapes = ModelWeights.expectedShapes(shape(5, 3, 4, 2, 2, 1, 6));
        assertEquals("wte.weight", shapes.keySet().iterator().next());
        assertEquals(Shape.of(4, 8), shapes.get("h.1.attn.c_attn.weight"));             // 2 query heads, 1 key head, 1 value head of 2
        assertEquals(Shape.of(6, 4), shapes.get("h.0.mlp.c_proj.weight"));
        assertEquals(Shape.of(4), shapes.get("ln_f.bias"));
        assertEquals(2 + 2 * 12 + 2, shapes.size());
    }

    @Test
    @DisplayName("initial weights: deviation 0.02, residual projections divided by sqrt(2L), norms 1, biases 0; a function of seed and name")
    void initialWeights() {
        ModelConfig config = shape(65, 64, 128, 4, 4, 4, 512);
        ModelWeights weights = ModelWeights.initialize(config, 1);
        assertEquals(0.02, deviation(weights, "h.0.attn.c_attn.weight"), 4e-4);
        assertEquals(0.02 / Math.sqrt(8), deviation(weights, "h.3.mlp.c_proj.weight"), 2e-4);
        assertEquals(1, weights.get("h.2.ln_1.weight", 128).value().get(17));
        assertEquals(0, weights.get("h.2.mlp.c_fc.bias", 512).value().get(17));
        ModelWeights other = ModelWeights.initialize(shape(66, 64, 128, 4, 4, 4, 512), 1);
        assertEquals(weights.get("h.1.mlp.c_fc.weight", 128, 512).value().get(3, 4), other.get("h.1.mlp.c_fc.weight", 128, 512).value().get(3, 4));
        assertTrue(weights.get("wpe.weight", 64, 128).value().get(0, 0) != ModelWeights.initialize(config, 2).get("wpe.weight", 64, 128).value().get(0, 0));
        assertTrue(weights.get("h.0.mlp.c_fc.weight", 128, 512).value().get(0, 0) != weights.get("h.1.mlp.c_fc.weight", 128, 512).value().get(0, 0));
    }

    private static double deviation(ModelWeights weights, String name) {
        float[] w = weights.all().get(name).value().floats();
        double squares = 0;
        for (float x : w) {
            squares += (double) x * x;
        }
        return Math.sqrt(squares / w.length);
    }
}
