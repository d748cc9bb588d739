package org.llmsys.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;

/** What a step shows of itself, and what happens when something else is put in its place. */
class HooksInModelTest {

    private static final int[] IDS = {3, 1, 4, 1, 5};

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();

    private static ModelConfig config(String block, String position) {
        return new ModelConfig("gpt2", 11, 9, 8, 2, 4, 2, 12, 1e-5f, 10000, true, true, block, "layernorm", position, "gelu-mlp", "gelu", 0);
    }

    private static TransformerModel model(ModelConfig config) {
        ModelWeights weights = ModelWeights.initialize(config, 1);
        weights.all().values().stream().filter(w -> w.shape().rank() == 2).forEach(w -> {
            for (int i = 0; i < w.value().size(); i++) {
                w.value().floats()[i] *= 10;
            }
        });
        return new TransformerModel(config, weights);
    }

    private float[] logits(TransformerModel model, Hooks hooks) {
        try (StepRunner<TransformerNetwork> runner = assemblies.runner("test", model.blueprint(), StepListener.NONE)) {
            return runner.run((network, step) -> {
                try (Pass pass = Pass.inference(hooks == null ? step : hooks.on(step), TensorAllocator.heap(), "test")) {
                    return network.forward(IDS, 1, null, false, pass).value().copy().floats();
                }
            });
        }
    }

    private Map<String, Tensor> trace(TransformerModel model) {
        Map<String, Tensor> seen = new LinkedHashMap<>();
        float[] watched = logits(model, (place, x, pass) -> {
            seen.put(place, x.value().copy());
            return x;
        });
        assertArrayEquals(logits(model, null), watched, "looking changes no bit");
        return seen;
    }

    @Test
    @DisplayName("a pre-norm model shows TransformerLens' places in the order of the computation, and looking changes no bit")
    void places() {
        Map<String, Tensor> seen = trace(model(config("pre-norm", "learned")));
        assertEquals(List.of("hook_embed", "hook_pos_embed", "blocks.0.hook_resid_pre", "blocks.0.ln1.hook_scale", "blocks.0.ln1.hook_normalized",
                "blocks.0.attn.hook_q",
                "blocks.0.attn.hook_k", "blocks.0.attn.hook_v", "blocks.0.attn.hook_attn_scores", "blocks.0.attn.hook_pattern", "blocks.0.attn.hook_z",
                "blocks.0.hook_attn_out", "blocks.0.hook_resid_mid", "blocks.0.ln2.hook_scale", "blocks.0.ln2.hook_normalized", "blocks.0.mlp.hook_pre",
                "blocks.0.mlp.hook_post", "blocks.0.hook_mlp_out", "blocks.0.hook_resid_post"), List.copyOf(seen.keySet()).subList(0, 19));
        assertEquals(2 + 2 * 17 + 2, seen.size());
        assertEquals("ln_final.hook_normalized", List.copyOf(seen.keySet()).getLast());
        assertEquals(Shape.of(1, 4, 5, 5), seen.get("blocks.1.attn.hook_pattern").shape());
        assertEquals(Shape.of(1, 5, 12), seen.get("blocks.1.mlp.hook_post").shape());
        assertEquals(Shape.of(1, 5, 1), seen.get("blocks.0.ln1.hook_scale").shape());
        assertSum(seen, "blocks.0.hook_resid_pre", "hook_embed", "hook_pos_embed");
    }

    @Test
    @DisplayName("with a gate the network shows what the gate sees, what it opens for, and their product, silu(pre)·preLinear")
    void gated() {
        ModelConfig config = new ModelConfig("llama", 11, 9, 8, 1, 4, 2, 12, 1e-5f, 10000, true, true, "pre-norm", "rmsnorm", "rope", "swiglu", "silu", 0);
        Map<String, Tensor> seen = trace(model(config));
        for (int t = 0; t < 5; t++) {
            for (int f = 0; f < 12; f++) {
                double pre = seen.get("blocks.0.mlp.hook_pre").get(0, t, f);
                double product = pre / (1 + Math.exp(-pre)) * seen.get("blocks.0.mlp.hook_pre_linear").get(0, t, f);
                assertEquals(product, seen.get("blocks.0.mlp.hook_post").get(0, t, f), 1e-5 * Math.max(1, Math.abs(product)));
            }
            double squares = 0;
            for (int c = 0; c < 8; c++) {
                squares += Math.pow(seen.get("blocks.0.hook_resid_pre").get(0, t, c), 2) / 8;
            }
            assertEquals(Math.sqrt(squares + 1e-5), seen.get("blocks.0.ln1.hook_scale").get(0, t, 0), 1e-5);
        }
    }

    @Test
    @DisplayName("with rotary positions queries and keys are shown before and after they were turned, and no vector is added")
    void rotary() {
        Map<String, Tensor> seen = trace(model(config("pre-norm", "rope")));
        assertFalse(seen.containsKey("hook_pos_embed"));
        assertEquals(seen.get("blocks.0.attn.hook_q").get(0, 0, 1, 1), seen.get("blocks.0.attn.hook_rot_q").get(0, 0, 1, 1), 1e-7);
        assertNotEquals(seen.get("blocks.0.attn.hook_k").get(0, 3, 1, 1), seen.get("blocks.0.attn.hook_rot_k").get(0, 3, 1, 1), 1e-3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pre-norm", "post-norm", "parallel"})
    @DisplayName("the parts of a block add up to its stream as its formula says")
    void formulas(String block) {
        Map<String, Tensor> seen = trace(model(config(block, "sinusoidal")));
        for (String at : List.of("blocks.0.", "blocks.1.")) {
            switch (block) {
                case "pre-norm" -> {
                    assertSum(seen, at + "hook_resid_mid", at + "hook_resid_pre", at + "hook_attn_out");
                    assertSum(seen, at + "hook_resid_post", at + "hook_resid_mid", at + "hook_mlp_out");
                    assertNormalized(seen.get(at + "ln1.hook_normalized"), seen.get(at + "hook_resid_pre"));
                }
                case "post-norm" -> {
                    assertSum(seen, at + "hook_resid_mid", at + "hook_resid_pre", at + "hook_attn_out");
                    assertSum(seen, at + "hook_resid_post", at + "ln1.hook_normalized", at + "hook_mlp_out");
                    assertNormalized(seen.get(at + "ln1.hook_normalized"), seen.get(at + "hook_resid_mid"));
                    assertNormalized(seen.get(at + "hook_normalized_resid_post"), seen.get(at + "hook_resid_post"));
                }
                default -> {
                    assertSum(seen, at + "hook_resid_post", at + "hook_resid_pre", at + "hook_attn_out", at + "hook_mlp_out");
                    assertNormalized(seen.get(at + "ln1.hook_normalized"), seen.get(at + "hook_resid_pre"));
                    assertFalse(seen.containsKey(at + "ln2.hook_normalized"));
                }
            }
        }
    }

    private static void assertSum(Map<String, Tensor> seen, String whole, String... parts) {
        float[] sum = new float[(int) seen.get(whole).size()];
        for (String part : parts) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += seen.get(part).floats()[i];
            }
        }
        assertArrayEquals(sum, seen.get(whole).floats(), 1e-5f, whole);
    }

    /** Mean 0, variance 1 in each row; norms begin with scale 1 and shift 0. */
    private static void assertNormalized(Tensor y, Tensor x) {
        for (int t = 0; t < IDS.length; t++) {
            float[] row = Arrays.copyOfRange(x.floats(), 8 * t, 8 * t + 8);
            double mean = 0;
            double squares = 0;
            for (float element : row) {
                mean += element / 8.0;
            }
            for (float element : row) {
                squares += (element - mean) * (element - mean) / 8;
            }
            for (int i = 0; i < 8; i++) {
                assertEquals((row[i] - mean) / Math.sqrt(squares + 1e-5), y.floats()[8 * t + i], 1e-4);
            }
        }
    }

    @Test
    @DisplayName("two stacks show their places under encoder and decoder; the decoder's stream is shown before and behind its look at the encoder")
    void twoStacks() {
        EncoderDecoderModel model = EncoderDecoderModel.initialize(config("pre-norm", "learned").withCausal(false), config("pre-norm", "learned"), 1);
        Map<String, Tensor> seen = new LinkedHashMap<>();
        Hooks look = (place, x, pass) -> {
            seen.put(place, x.value().copy());
            return x;
        };
        try (StepRunner<EncoderDecoderNetwork> runner = assemblies.runner("test", model.blueprint(), StepListener.NONE)) {
            runner.run((network, step) -> {
                try (Pass pass = Pass.inference(look.on(step), TensorAllocator.heap(), "test")) {
                    Sequences.Fresh one = new Sequences.Fresh(1);
                    return network.decode(IDS, one, network.encode(IDS, one, pass), one, false, pass).value().copy();
                }
            });
        }
        for (String at : List.of("decoder.0.", "decoder.1.")) {
            assertSum(seen, at + "hook_resid_mid", at + "hook_resid_pre", at + "hook_attn_out");
            assertSum(seen, at + "hook_resid_mid_cross", at + "hook_resid_mid", at + "hook_cross_attn_out");
            assertSum(seen, at + "hook_resid_post", at + "hook_resid_mid_cross", at + "hook_mlp_out");
            assertTrue(seen.keySet().containsAll(List.of(at + "cross_attn.hook_pattern", at + "ln3.hook_normalized", at + "mlp.hook_post")), at);
        }
        assertTrue(seen.keySet().containsAll(List.of("encoder.1.hook_resid_post", "encoder_final_ln.hook_scale", "decoder_final_ln.hook_normalized")));
    }

    @Test
    @DisplayName("a block that gives back what it was given is as if it were not there")
    void skipsABlock() {
        TransformerModel model = model(config("pre-norm", "learned"));
        Map<String, Variable> kept = new LinkedHashMap<>();
        float[] skipped = logits(model, (place, x, pass) -> {
            if (place.equals("blocks.1.hook_resid_pre")) {
                kept.put("stream", x);
            }
            return place.equals("blocks.1.hook_resid_post") ? kept.get("stream") : x;
        });
        ModelConfig shallow = new ModelConfig("gpt2", 11, 9, 8, 1, 4, 2, 12, 1e-5f, 10000, true, true, "pre-norm",
                "layernorm", "learned", "gelu-mlp", "gelu", 0);
        Map<String, Tensor> fewer = new LinkedHashMap<>();
        ModelWeights.expectedShapes(shallow).keySet().forEach(name -> fewer.put(name, model.weights().all().get(name).value()));
        assertArrayEquals(logits(new TransformerModel(shallow, new ModelWeights(fewer)), null), skipped);
    }

    @Test
    @DisplayName("zeros for the positions are a model without positions: two equal tokens then look alike at every place")
    void replacesPositions() {
        TransformerModel model = model(config("pre-norm", "learned"));
        Map<String, Tensor> seen = new LinkedHashMap<>();
        logits(model, (place, x, pass) -> {
            seen.put(place, x.value().copy());
            return place.equals("hook_pos_embed") ? Variable.constant("none", Tensor.zeros(x.shape().extents())) : x;
        });
        Tensor stream = seen.get("blocks.0.hook_resid_pre");
        assertArrayEquals(stream.slice(1, 1, 2).copy().floats(), stream.slice(1, 3, 4).copy().floats());         // both are token 1
        assertTrue(Math.abs(seen.get("hook_pos_embed").get(0, 1, 0) - seen.get("hook_pos_embed").get(0, 3, 0)) > 1e-4);
    }
}
