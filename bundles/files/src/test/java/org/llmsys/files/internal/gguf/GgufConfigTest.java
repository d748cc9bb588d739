package org.llmsys.files.internal.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.files.GgufFile;
import org.llmsys.files.GgufValue;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

class GgufConfigTest {

    private final Map<String, GgufValue> keys = new LinkedHashMap<>(Map.of("llama.embedding_length", GgufValue.of(64), "llama.block_count",
            GgufValue.of(2),
            "llama.attention.head_count", GgufValue.of(4), "llama.feed_forward_length", GgufValue.of(96), "llama.context_length", GgufValue.of(32)));
    private final Map<String, Tensor> tensors = new LinkedHashMap<>(Map.of("token_embd.weight", Tensor.zeros(7, 64)));

    @Test
    @DisplayName("what a file leaves out has the value that llama.cpp gives it; the table's rows are the vocabulary")
    void absent() {
        JsonObject config = config();
        assertEquals(7, config.get("vocab_size").getAsInt());
        assertEquals(4, config.get("num_key_value_heads").getAsInt());
        assertEquals(10000, config.get("rope_theta").getAsDouble());
        assertTrue(config.get("tie_word_embeddings").getAsBoolean());
        assertFalse(config.get("attention_bias").getAsBoolean());
        assertFalse(config.has("head_dim"));
        assertFalse(config.has("rope_scaling"));
    }

    @Test
    @DisplayName("real numbers are the decimals that were meant, and equal heads of every layer are one number")
    void values() {
        keys.put("llama.attention.layer_norm_rms_epsilon", GgufValue.of((double) 1e-5f));
        keys.put("llama.rope.freq_base", GgufValue.of(1000000.0));
        keys.put("llama.attention.head_count_kv", GgufValue.of(new int[] {2, 2}));
        keys.put("llama.attention.key_length", GgufValue.of(32));
        JsonObject config = config();
        assertEquals(1e-5, config.get("rms_norm_eps").getAsDouble());
        assertEquals(1e6, config.get("rope_theta").getAsDouble());
        assertEquals(2, config.get("num_key_value_heads").getAsInt());
        assertEquals(32, config.get("head_dim").getAsInt());
    }

    @Test
    @DisplayName("numbers out of range and mathematics that is not computed here are refused with the key's name")
    void refused() {
        for (GgufValue bad : List.of(GgufValue.of(0), GgufValue.of(-1), GgufValue.of(1025), GgufValue.of(1L << 40), GgufValue.of("2"),
                GgufValue.of(2.0))) {
            refused("llama.block_count", bad);
        }
        refused("llama.attention.head_count", GgufValue.of(5));
        refused("llama.attention.head_count_kv", GgufValue.of(new int[] {1, 2}));
        refused("llama.attention.head_count_kv", GgufValue.of(new int[0]));
        refused("llama.attention.value_length", GgufValue.of(8), "llama.attention.key_length", GgufValue.of(16));
        refused("llama.rope.freq_base", GgufValue.of(-1.0));
        refused("llama.rope.freq_base", GgufValue.of(Double.NaN));
        refused("llama.rope.dimension_count", GgufValue.of(8));
        refused("llama.attention.layer_norm_rms_epsilon", GgufValue.of(1.5));
        refused("llama.expert_count", GgufValue.of(8));
        keys.remove("llama.context_length");
        assertThrows(Problem.class, this::config);
    }

    @Test
    @DisplayName("the tokens that end a text, a turn and a message, each once, if the table has them")
    void endTokens() {
        assertFalse(config().has("eos_token_id"));
        keys.put("tokenizer.ggml.eos_token_id", GgufValue.of(3));
        keys.put("tokenizer.ggml.eot_token_id", GgufValue.of(5));
        keys.put("tokenizer.ggml.eom_token_id", GgufValue.of(3));
        assertEquals("[3,5]", config().get("eos_token_id").toString());
        keys.put("tokenizer.ggml.eot_token_id", GgufValue.of(7));                        // the table has 7 rows
        assertEquals("[3]", config().get("eos_token_id").toString());
    }

    @Test
    @DisplayName("stretched positions: a factor alone is linear, 0 is no factor, and yarn's own numbers are taken over, as llama.cpp reads them")
    void scaling() {
        keys.put("llama.rope.scaling.factor", GgufValue.of(4.0));
        assertEquals("{\"rope_type\":\"linear\",\"factor\":4.0}", config().get("rope_scaling").toString());
        keys.put("llama.rope.scaling.type", GgufValue.of("none"));
        assertFalse(config().has("rope_scaling"));
        keys.put("llama.rope.scaling.type", GgufValue.of("linear"));
        keys.put("llama.rope.scaling.factor", GgufValue.of(0.0));
        assertFalse(config().has("rope_scaling"));
        keys.put("llama.rope.scale_linear", GgufValue.of(3.0));
        keys.remove("llama.rope.scaling.factor");
        assertEquals(3, config().getAsJsonObject("rope_scaling").get("factor").getAsDouble());
        keys.putAll(Map.of("llama.rope.scaling.type", GgufValue.of("yarn"), "llama.rope.scaling.factor", GgufValue.of(4.0),
                "llama.rope.scaling.attn_factor", GgufValue.of(1.5), "llama.rope.scaling.yarn_beta_fast", GgufValue.of(16.0),
                "llama.rope.scaling.original_context_length", GgufValue.of(16)));
        JsonObject yarn = config().getAsJsonObject("rope_scaling");
        assertEquals(1.5 * (1 + 0.1 * Math.log(4)), yarn.get("attention_factor").getAsDouble(), 1e-12);
        assertEquals(16, yarn.get("beta_fast").getAsDouble());
        assertEquals(1, yarn.get("beta_slow").getAsDouble());
        refused("llama.rope.scaling.yarn_log_multiplier", GgufValue.of(0.1));
        refused("llama.rope.scaling.attn_factor", GgufValue.of(1.5), "llama.rope.scaling.type", GgufValue.of("linear"));
        refused("llama.attention.causal", GgufValue.of(false));
    }

    @Test
    @DisplayName("Llama 3.1's divisors give its own numbers back, other numbers give numbers of the same effect, and nonsense is refused")
    void llama3() {
        Llama3Frequencies meta = new Llama3Frequencies(8, 1, 4, 8192);
        assertEquals(meta, Llama3Frequencies.of(meta.divisors(500000, 64), 500000, 0).orElseThrow());
        for (Llama3Frequencies other : List.of(new Llama3Frequencies(32, 1, 4, 8192), new Llama3Frequencies(3, 0.7, 9, 2048),
                new Llama3Frequencies(8, 2, 16, 4096))) {
            Llama3Frequencies found = Llama3Frequencies.of(other.divisors(500000, 64), 500000, 0).orElseThrow();
            assertArrayEquals(other.divisors(500000, 64), found.divisors(500000, 64), 2e-4f);
        }
        for (double original : new double[] {20, 60, 200, 700, 2000}) {                  // 8 pairs: one divisor or none between 1 and the factor
            float[] few = new Llama3Frequencies(4, 2, 3, original).divisors(10000, 8);
            assertArrayEquals(few, Llama3Frequencies.of(few, 10000, 0).orElseThrow().divisors(10000, 8), 4e-4f, "original " + original);
        }
        float[] none = new float[64];
        Arrays.fill(none, 1);
        assertEquals(1, Llama3Frequencies.of(none, 10000, 0).orElseThrow().factor());
        float[] nonsense = meta.divisors(500000, 64);
        nonsense[30] = 7.9f;
        assertTrue(Llama3Frequencies.of(nonsense, 500000, 0).isEmpty());
        nonsense[0] = Float.NaN;
        assertTrue(Llama3Frequencies.of(nonsense, 500000, 0).isEmpty());
        assertTrue(Llama3Frequencies.of(new float[] {0, 0}, 500000, 0).isEmpty());
    }

    @Test
    @DisplayName("a tensor of divisors becomes rope_scaling; one of the wrong length is refused")
    void divisors() {
        float[] divisors = new Llama3Frequencies(8, 1, 4, 8192).divisors(10000, 8);
        tensors.put("rope_freqs.weight", Tensor.of(Shape.of(8), divisors));
        assertEquals("llama3", config().getAsJsonObject("rope_scaling").get("rope_type").getAsString());
        tensors.put("rope_freqs.weight", Tensor.zeros(7));
        assertThrows(Problem.class, this::config);
    }

    private void refused(String key, GgufValue value, Object... more) {
        Map<String, GgufValue> before = new LinkedHashMap<>(keys);
        keys.put(key, value);
        if (more.length > 0) {
            keys.put((String) more[0], (GgufValue) more[1]);
        }
        Problem problem = assertThrows(Problem.class, this::config, key);
        assertTrue(problem.text().contains(key), problem.text());
        keys.clear();
        keys.putAll(before);
    }

    private JsonObject config() {
        GgufFile file = new GgufFile(3, keys, new ArrayList<>(), 0, true);
        return JsonParser.parseString(new GgufConfig(file, GgufArchitecture.LLAMA, tensors).text()).getAsJsonObject();
    }
}
