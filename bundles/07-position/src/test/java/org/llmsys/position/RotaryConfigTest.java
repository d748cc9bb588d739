package org.llmsys.position;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;

class RotaryConfigTest {

    private static final RotaryPairing HALVES = RotaryPairing.HALF_SPLIT;

    private static RotaryConfig json(Object... fields) {
        return RotaryConfig.fromConfigJson(map(fields), HALVES);
    }

    private static RotaryConfig gguf(String architecture, Object... fields) {
        return RotaryConfig.fromGguf(architecture, map(fields));
    }

    /** Also of null values, as JSON has them. */
    private static Map<String, Object> map(Object... fields) {
        Map<String, Object> map = new HashMap<>();
        for (int i = 0; i < fields.length; i += 2) {
            map.put((String) fields[i], fields[i + 1]);
        }
        return map;
    }

    @Test
    @DisplayName("config.json: nothing said is theta 10000 and plain; rope_parameters and rope_scaling with type or rope_type are read")
    void configJson() {
        assertEquals(new RotaryConfig(HALVES, 10_000, RotaryScaling.NONE), json("rope_scaling", null));
        assertEquals(new RotaryConfig(HALVES, 500_000, RotaryScaling.NONE), json("rope_parameters", map("rope_theta", 500_000, "rope_type",
                "default")));
        assertEquals(new RotaryScaling.Linear(2), json("rope_scaling", map("type", "linear", "factor", 2.0)).scaling());
        assertEquals(new RotaryScaling.Llama3(8, 1, 4, 8192), json("rope_theta", 500_000.0, "rope_scaling", map("rope_type", "llama3", "factor", 8.0,
                "low_freq_factor", 1.0, "high_freq_factor", 4.0, "original_max_position_embeddings", 8192)).scaling());
        assertEquals(RotaryScaling.NONE, json("max_position_embeddings", 2048, "rope_scaling", map("type", "dynamic", "factor", 4.0)).scaling());
    }

    @Test
    @DisplayName("yarn: the magnitude is 0.1 ln(factor) + 1 unless attention_factor or both mscales say otherwise (1.05697 as transformers 5.23 has it)")
    void yarn() {
        Map<String, Object> fields = map("rope_type", "yarn", "factor", 4.0, "original_max_position_embeddings", 64);
        assertEquals(new RotaryScaling.Yarn(4, 64), json("max_position_embeddings", 256, "rope_scaling", fields).scaling());
        assertEquals(new RotaryScaling.Yarn(4, 256), json("max_position_embeddings", 256, "rope_scaling", map("type", "yarn", "factor",
                4)).scaling());
        fields.put("attention_factor", 0.5);
        fields.put("beta_fast", 16);
        fields.put("beta_slow", 2);
        fields.put("truncate", false);
        assertEquals(new RotaryScaling.Yarn(4, 64, 16, 2, false, 0.5), json("rope_scaling", fields).scaling());
        assertEquals(1.0569662567531275, json("max_position_embeddings", 2560, "rope_scaling", map("rope_type", "yarn", "factor", 40.0, "mscale", 1.0,
                "mscale_all_dim", 0.8, "original_max_position_embeddings", 64)).scaling().magnitude(), 1e-15);
    }

    @Test
    @DisplayName("what is written is read back the same; factors a pair cannot be written")
    void writtenAndRead() {
        for (RotaryScaling scaling : List.of(RotaryScaling.NONE, new RotaryScaling.Linear(3), new RotaryScaling.NtkAware(1.5),
                new RotaryScaling.Llama3(32, 1, 4, 8192),
                new RotaryScaling.Yarn(4, 64, 30, 2, false, 1.25))) {
            assertEquals(scaling, json("rope_scaling", new RotaryConfig(HALVES, 10_000, scaling).scalingFields()).scaling());
        }
        assertThrows(Problem.class, () -> new RotaryConfig(HALVES, 10_000, RotaryScaling.NONE).withFactors(new float[] {2}).scalingFields());
    }

    @Test
    @DisplayName("GGUF: Llama pairs neighbours, Qwen halves; linear and yarn are read, factors of rope_freqs.weight added")
    void gguf() {
        assertEquals(new RotaryConfig(RotaryPairing.INTERLEAVED, 500_000, new RotaryScaling.Linear(4)), gguf("llama",
                "llama.rope.freq_base", 500_000f,
                "llama.rope.scaling.type", "linear", "llama.rope.scaling.factor", 4f, "llama.rope.dimension_count", 64L,
                "llama.embedding_length", 256L, "llama.attention.head_count", 4L));
        assertEquals(new RotaryConfig(HALVES, 10_000, new RotaryScaling.Yarn(4, 32_768)), gguf("qwen2", "qwen2.rope.scaling.type", "yarn",
                "qwen2.rope.scaling.factor", 4f, "qwen2.rope.scaling.original_context_length", 32_768));
        RotaryConfig factored = gguf("llama").withFactors(new float[] {1, 8});
        assertEquals(new RotaryScaling.PerPair(List.of(1.0, 8.0)), factored.scaling());
        assertThrows(Problem.class, () -> factored.withFactors(new float[] {1, 8}));
        assertThrows(Problem.class, () -> gguf("llama").withFactors(new float[] {0}));
    }

    @Test
    @DisplayName("what is missing, of a wrong type, out of range or not computed is named")
    void refuses() {
        named("longrope", () -> json("rope_scaling", map("rope_type", "longrope", "factor", 4)));
        named("did you mean llama3?", () -> json("rope_scaling", map("rope_type", "lama3")));
        named("factor", () -> json("rope_scaling", map("rope_type", "linear")));
        named("rope_scaling: factor is two", () -> json("rope_scaling", map("rope_type", "linear", "factor", "two")));
        named("0.5", () -> json("rope_scaling", map("rope_type", "linear", "factor", 0.5)));
        named("factor is NaN", () -> json("rope_scaling", map("rope_type", "linear", "factor", Double.NaN)));
        named("rope_scaling is 4", () -> json("rope_scaling", 4));
        named("rope_type is 7", () -> json("rope_scaling", map("rope_type", 7)));
        named("truncate", () -> json("max_position_embeddings", 64, "rope_scaling", map("rope_type", "yarn", "factor", 4, "truncate", "no")));
        named("original_max_position_embeddings is 8.5", () -> json("rope_scaling", map("rope_type", "llama3", "factor", 8, "low_freq_factor", 1,
                "high_freq_factor", 4, "original_max_position_embeddings", 8.5)));
        named("max_position_embeddings", () -> json("rope_scaling", map("rope_type", "dynamic", "factor", 4)));
        named("theta 0.5", () -> json("rope_theta", 0.5));
        named("partial_rotary_factor 0.25", () -> json("partial_rotary_factor", 0.25));
        named("unheard-of", () -> gguf("unheard-of"));
        named("longrope", () -> gguf("llama", "llama.rope.scaling.type", "longrope"));
        named("32 of 64", () -> gguf("llama", "llama.rope.dimension_count", 32, "llama.attention.key_length", 64));
        named("interleaved", () -> RotaryPairing.named("interleved"));
        assertEquals(HALVES, RotaryPairing.named("half-split"));
    }

    private static void named(String name, Runnable reading) {
        String text = assertThrows(Problem.class, reading::run).text();
        assertTrue(text.contains(name), text);
    }
}
