package org.llmsys.position;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;

/**
 * How a model's queries and keys turn, as its file says it.
 *
 * <pre>
 *   config.json   rope_theta, rope_scaling { rope_type or type, factor, ... }        or all in rope_parameters
 *   GGUF          ARCH.rope.freq_base, ARCH.rope.scaling.{type, factor, original_context_length, ...}
 * </pre>
 *
 * <p>{@code dynamic} stretches nothing up to the context it was trained for, which is also how far we let a model read: it is plain here.
 * A scaling that we do not compute, and a value that is missing, of a wrong type or out of range, is a {@link Problem} that names it:
 * a model that turns in another way writes nonsense.
 *
 * <pre>{@code
 * RotaryConfig.fromConfigJson(Map.of("rope_theta", 500000.0, "max_position_embeddings", 8192), RotaryPairing.HALF_SPLIT);
 * }</pre>
 *
 * @param pairing which elements turn together, in the order in which this file stores the weights
 * @param theta   base of the angles, at least 1
 * @param scaling how fast each pair turns
 */
public record RotaryConfig(RotaryPairing pairing, double theta, RotaryScaling scaling) {

    private static final double USUAL_THETA = 10_000;
    private static final String ORIGINAL = "original_max_position_embeddings";
    private static final Set<String> SCALINGS = Set.of("default", "none", "linear", "ntk", "dynamic", "llama3", "yarn");
    private static final Set<String> GGUF_INTERLEAVED = Set.of("llama");
    private static final Set<String> GGUF_HALF_SPLIT = Set.of("falcon", "gemma", "gemma2", "gptneox", "olmo2", "phi3", "qwen2", "qwen3",
            "stablelm", "starcoder2");

    /** @throws Problem for a theta below 1 */
    public RotaryConfig {
        if (!(theta >= 1 && theta < Double.POSITIVE_INFINITY)) {
            throw Problem.failed("rotary positions cannot have theta " + theta,
                    "it is the base of the angles, a finite number of at least 1", "10000 is usual");
        }
    }

    /**
     * From the fields of a Hugging Face {@code config.json}; those that are not of rotary positions are passed over.
     *
     * @param config  names and values: numbers, texts, flags, and maps for objects
     * @param pairing of this type of model; for nearly all types {@link RotaryPairing#HALF_SPLIT}
     */
    public static RotaryConfig fromConfigJson(Map<String, ?> config, RotaryPairing pairing) {
        ConfigFields top = new ConfigFields("config.json", "", config);
        ConfigFields own = top.has("rope_parameters") ? top.object("rope_parameters") : top.object("rope_scaling");
        double share = own.number("partial_rotary_factor", top.number("partial_rotary_factor", 1));
        if (share != 1) {
            throw Problem.failed("cannot turn " + share + " of each head",
                    "config.json says partial_rotary_factor " + share + ", and we turn whole heads",
                    "use a model without partial_rotary_factor");
        }
        return new RotaryConfig(pairing, own.number("rope_theta", top.number("rope_theta", USUAL_THETA)), scaling(own, top));
    }

    /** @param own the object that describes the scaling, {@code top} the one around it */
    private static RotaryScaling scaling(ConfigFields own, ConfigFields top) {
        String type = own.text("rope_type", own.text("type", "default"));
        return own.checked(() -> switch (type) {
            case "default", "none" -> RotaryScaling.NONE;
            case "linear" -> new RotaryScaling.Linear(own.number("factor"));
            case "ntk" -> new RotaryScaling.NtkAware(own.number("factor"));
            case "dynamic" -> {
                int trained = top.whole("max_position_embeddings");
                yield RotaryScaling.NtkAware.dynamic(own.number("factor"), trained, trained);
            }
            case "llama3" -> new RotaryScaling.Llama3(own.number("factor"), own.number("low_freq_factor"), own.number("high_freq_factor"),
                    original(own, top));
            case "yarn" -> yarn(own, top);
            default -> throw unknown("config.json", type);
        });
    }

    private static RotaryScaling yarn(ConfigFields own, ConfigFields top) {
        int original = original(own, top);
        double factor = own.has("factor") ? own.number("factor") : top.whole("max_position_embeddings") / (double) original;
        double scale = own.number("mscale", 0);
        double scaleOfAll = own.number("mscale_all_dim", 0);
        double magnitude = scale != 0 && scaleOfAll != 0
                ? RotaryScaling.Yarn.usualMagnitude(factor, scale) / RotaryScaling.Yarn.usualMagnitude(factor, scaleOfAll)
                : RotaryScaling.Yarn.usualMagnitude(factor, 1);
        return new RotaryScaling.Yarn(factor, original, own.number("beta_fast", 32), own.number("beta_slow", 1), own.flag("truncate", true),
                own.number("attention_factor", magnitude));
    }

    /** Positions trained for: said beside the scaling, above it, or else the whole context. */
    private static int original(ConfigFields own, ConfigFields top) {
        return top.has(ORIGINAL) ? top.whole(ORIGINAL) : own.has(ORIGINAL) ? own.whole(ORIGINAL) : top.whole("max_position_embeddings");
    }

    /**
     * From the metadata of a GGUF file. Its tensor {@code rope_freqs.weight}, if there is one, lists factors beside them: see
     * {@link #withFactors}.
     *
     * @param architecture {@code general.architecture}, which also decides the order of the weights
     * @param metadata     names, with the architecture before them, and values
     */
    public static RotaryConfig fromGguf(String architecture, Map<String, ?> metadata) {
        ConfigFields fields = new ConfigFields("the GGUF header", architecture + ".", metadata);
        requireWholeHeads(fields);
        String type = fields.text("rope.scaling.type", fields.has("rope.scale_linear") ? "linear" : "none");
        RotaryScaling scaling = fields.checked(() -> switch (type) {
            case "none" -> RotaryScaling.NONE;
            case "linear" -> new RotaryScaling.Linear(fields.number("rope.scaling.factor", fields.number("rope.scale_linear", 1)));
            case "yarn" -> ggufYarn(fields);
            default -> throw unknown("the GGUF header", type);
        });
        return new RotaryConfig(ggufPairing(architecture), fields.number("rope.freq_base", USUAL_THETA), scaling);
    }

    private static RotaryScaling ggufYarn(ConfigFields fields) {
        double factor = fields.number("rope.scaling.factor");
        if (fields.number("rope.scaling.yarn_log_multiplier", 0) != 0) {
            throw Problem.failed("cannot stretch positions with yarn_log_multiplier",
                    "it changes attention in a way that we do not compute", "use another model");
        }
        String original = "rope.scaling.original_context_length";
        return new RotaryScaling.Yarn(factor, fields.has(original) ? fields.whole(original) : fields.whole("context_length"),
                fields.number("rope.scaling.yarn_beta_fast", 32), fields.number("rope.scaling.yarn_beta_slow", 1), true,
                fields.number("rope.scaling.attn_factor", 1) * RotaryScaling.Yarn.usualMagnitude(factor, 1));
    }

    private static void requireWholeHeads(ConfigFields fields) {
        if (!fields.has("rope.dimension_count")) {
            return;
        }
        int turned = fields.whole("rope.dimension_count");
        int headDim = fields.has("attention.key_length") ? fields.whole("attention.key_length")
                : fields.has("embedding_length") && fields.has("attention.head_count")
                ? fields.whole("embedding_length") / fields.whole("attention.head_count") : turned;
        if (turned != headDim) {
            throw Problem.failed("cannot turn " + turned + " of " + headDim + " elements of each head",
                    "the GGUF header says rope.dimension_count " + turned + ", and we turn whole heads", "use another model");
        }
    }

    /** GGUF stores Llama's queries and keys with the halves of a head interleaved. */
    private static RotaryPairing ggufPairing(String architecture) {
        if (GGUF_INTERLEAVED.contains(architecture)) {
            return RotaryPairing.INTERLEAVED;
        }
        if (GGUF_HALF_SPLIT.contains(architecture)) {
            return RotaryPairing.HALF_SPLIT;
        }
        throw Problem.failed("cannot turn heads of the architecture " + architecture, "which of their elements turn together is not known",
                "use a model of another architecture");
    }

    /**
     * The same, with a factor a pair that slows its turning down, as GGUF lists them in {@code rope_freqs.weight}.
     *
     * @throws Problem when there is a scaling already, or a factor is not above 0
     */
    public RotaryConfig withFactors(float[] factors) {
        if (!scaling.equals(RotaryScaling.NONE)) {
            throw Problem.failed("positions are stretched twice", "there are factors a pair beside " + scaling, "use another copy of the model");
        }
        List<Double> list = new ArrayList<>(factors.length);
        for (float factor : factors) {
            list.add((double) factor);
        }
        try {
            return new RotaryConfig(pairing, theta, new RotaryScaling.PerPair(list));
        } catch (IllegalArgumentException e) {
            throw new Problem("rope_freqs.weight cannot be used", e.getMessage(), "restore the file", Problem.FAILED, e);
        }
    }

    /**
     * The scaling as {@code rope_scaling} says it in a {@code config.json}, an empty map when nothing is stretched: what
     * {@link #fromConfigJson} reads back.
     *
     * @throws Problem for factors a pair, for which that file has no words
     */
    public Map<String, Object> scalingFields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        switch (scaling) {
            case RotaryScaling.Plain plain -> {
                return fields;
            }
            case RotaryScaling.Linear linear -> put(fields, "linear", linear.factor());
            case RotaryScaling.NtkAware ntk -> put(fields, "ntk", ntk.factor());
            case RotaryScaling.Llama3 llama3 -> {
                put(fields, "llama3", llama3.factor());
                fields.put("low_freq_factor", llama3.lowFrequencyFactor());
                fields.put("high_freq_factor", llama3.highFrequencyFactor());
                fields.put(ORIGINAL, llama3.originalContextLength());
            }
            case RotaryScaling.Yarn yarn -> {
                put(fields, "yarn", yarn.factor());
                fields.put("beta_fast", yarn.betaFast());
                fields.put("beta_slow", yarn.betaSlow());
                fields.put("truncate", yarn.wholePairs());
                fields.put("attention_factor", yarn.magnitude());
                fields.put(ORIGINAL, yarn.originalContextLength());
            }
            case RotaryScaling.PerPair pairs -> throw Problem.failed("config.json cannot say factors a pair", "it has no words for " + pairs,
                    "use linear, ntk, llama3 or yarn scaling");
        }
        return fields;
    }

    private static void put(Map<String, Object> fields, String type, double factor) {
        fields.put("rope_type", type);
        fields.put("factor", factor);
    }

    private static Problem unknown(String where, String type) {
        return Problem.failed("cannot stretch positions as " + type, where + " asks for the scaling " + type + ", which we do not compute",
                Names.suggestion(type, SCALINGS));
    }
}
