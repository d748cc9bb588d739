package org.llmsys.training;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelPresets;

/**
 * Configurations that have names; the shapes are those of {@link ModelPresets}.
 *
 * <table>
 * <caption>Presets</caption>
 * <tr><th>name</th><th>L</th><th>NH</th><th>C</th><th>context</th><th>B</th><th>steps</th><th>for</th></tr>
 * <tr><td>{@code tiny}</td><td>2</td><td>2</td><td>32</td><td>32</td><td>8</td><td>200</td><td>a look, in seconds</td></tr>
 * <tr><td>{@code demo}</td><td>4</td><td>4</td><td>128</td><td>64</td><td>12</td><td>1,000</td><td>a minute, on 100 KB of text</td></tr>
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
    static {
        add(preset(TINY, "tiny", 8, 200, 3e-3, 3e-4, 20, 50, 100));
        add(preset(DEMO, "char-small", 12, 1000, 1e-3, 1e-4, 50, 100, 500));
        add(preset(CHAR_SMALL, "char-small", 12, 2000, 1e-3, 1e-4, 100, 100, 500));
    }

    private Presets() {
    }

    /** Names of the presets, smallest first. */
    public static Set<String> names() {
        return Collections.unmodifiableSet(CONFIGS.keySet());
    }

    /** @throws Problem for an unknown name, with the nearest known one */
    public static TrainingConfig named(String name) {
        TrainingConfig found = CONFIGS.get(name);
        if (found == null) {
            throw Problem.misused("there is no preset " + name, "the presets are " + String.join(", ", names()), Names.suggestion(name, names()));
        }
        return found;
    }

    private static void add(TrainingConfig config) {
        CONFIGS.put(config.preset(), config);
    }

    private static TrainingConfig preset(String name, String shape, int batchSize, long steps, double peak, double floor, long warmup,
            long reportEvery, long saveEvery) {
        ModelConfig model = ModelPresets.named(shape).withVocabSize(TrainingConfig.VOCABULARY_OF_TEXT);
        return new TrainingConfig(name, model, "char", "adamw", "warmup-cosine", "random-windows", 0, false, false, batchSize, steps, peak, floor, warmup,
                0.9, 0.99, 1e-8, 0.9, false, 0.1, 1.0, 0.1, 1337, reportEvery, saveEvery);
    }
}
