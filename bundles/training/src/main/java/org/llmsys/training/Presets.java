package org.llmsys.training;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.transformer.ModelConfig;

/**
 * Configurations and model shapes that have names.
 *
 * <table>
 * <caption>Presets</caption>
 * <tr><th>name</th><th>L</th><th>NH</th><th>C</th><th>context</th><th>B</th><th>steps</th><th>for</th></tr>
 * <tr><td>{@code tiny}</td><td>2</td><td>2</td><td>32</td><td>32</td><td>8</td><td>200</td><td>a look, in seconds</td></tr>
 * <tr><td>{@code demo}</td><td>4</td><td>4</td><td>128</td><td>64</td><td>12</td><td>500</td><td>a minute, on 100 KB of text</td></tr>
 * <tr><td>{@code char-small}</td><td>4</td><td>4</td><td>128</td><td>64</td><td>12</td><td>2,000</td>
 *     <td>the well-known CPU configuration for character-level Shakespeare</td></tr>
 * </table>
 *
 * @see <a href="https://github.com/karpathy/nanoGPT#quick-start">nanoGPT, where char-small comes from</a>
 */
public final class Presets {

    public static final String TINY = "tiny";
    public static final String DEMO = "demo";
    public static final String CHAR_SMALL = "char-small";

    private static final Map<String, TrainingConfig> CONFIGS = new LinkedHashMap<>();
    private static final Map<String, ModelConfig> SHAPES = new LinkedHashMap<>();

    static {
        ModelConfig small = gpt(0, 64, 128, 4, 4, false, "gelu");
        add(preset(TINY, gpt(0, 32, 32, 2, 2, false, "gelu"), 8, 200, 3e-3, 3e-4, 20, 50, 100));
        add(preset(DEMO, small, 12, 500, 1e-3, 1e-4, 50, 50, 250));
        add(preset(CHAR_SMALL, small, 12, 2000, 1e-3, 1e-4, 100, 100, 500));
        SHAPES.put("gpt2-small", gpt(50257, 1024, 768, 12, 12, true, "gelu-tanh"));
        SHAPES.put("stories-15m", llama(32000, 256, 288, 6, 6, 6, 768));
        SHAPES.put("stories-260k", llama(512, 512, 64, 5, 8, 4, 172));
    }

    private Presets() {
    }

    /** Names of the presets, smallest first. */
    public static Set<String> names() {
        return java.util.Collections.unmodifiableSet(CONFIGS.keySet());
    }

    /** @throws Problem for an unknown name, with the nearest known one */
    public static TrainingConfig named(String name) {
        return lookUp("preset", name, CONFIGS);
    }

    /** Names of the model shapes: GPT-2 small and two Llamas that were trained on TinyStories. */
    public static Set<String> shapeNames() {
        return java.util.Collections.unmodifiableSet(SHAPES.keySet());
    }

    /** The shape of a known model. @throws Problem for an unknown name */
    public static ModelConfig shape(String name) {
        return lookUp("model shape", name, SHAPES);
    }

    private static <T> T lookUp(String kind, String name, Map<String, T> known) {
        T found = known.get(name);
        if (found == null) {
            throw Problem.misused("there is no " + kind + " " + name, "the names are " + String.join(", ", known.keySet()),
                    Names.suggestion(name, known.keySet()));
        }
        return found;
    }

    private static void add(TrainingConfig config) {
        CONFIGS.put(config.preset(), config);
    }

    private static TrainingConfig preset(String name, ModelConfig model, int batchSize, long steps, double peak, double floor, long warmup,
            long reportEvery, long saveEvery) {
        return new TrainingConfig(name, model, "char", "adamw", "warmup-cosine", "random-windows", batchSize, steps, peak, floor, warmup,
                0.9, 0.99, 1e-8, 0.1, 1.0, 0.1, 1337, reportEvery, saveEvery);
    }

    private static ModelConfig gpt(int vocabSize, int context, int dim, int layers, int heads, boolean biases, String activation) {
        return new ModelConfig("gpt2", vocabSize, context, dim, layers, heads, heads, 4 * dim, 1e-5f, 10_000, biases, true,
                "pre-norm", "layernorm", "learned", "gelu-mlp", activation, 0f);
    }

    private static ModelConfig llama(int vocabSize, int context, int dim, int layers, int heads, int kvHeads, int hidden) {
        return new ModelConfig("llama", vocabSize, context, dim, layers, heads, kvHeads, hidden, 1e-5f, 10_000, false, true,
                "pre-norm", "rmsnorm", "rope", "swiglu", "silu", 0f);
    }
}
