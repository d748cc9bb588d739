package org.llmsys.files.internal.gguf;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.files.GgufValue;
import org.llmsys.files.internal.ConfigText;

/**
 * The keys of a GGUF file that say what {@code config.json} says: the inverse of {@link GgufConfig}.
 *
 * <p>An option that the file could not hold, so that another program would compute another model, is a {@link Problem}.
 */
final class GgufKeys {

    private final ConfigText config;
    private final GgufArchitecture architecture;
    private final Map<String, GgufValue> keys = new LinkedHashMap<>();
    private final int layers;
    private final boolean tied;
    private float[] divisors;

    GgufKeys(ConfigText config, GgufArchitecture architecture) {
        this.config = config;
        this.architecture = architecture;
        boolean gpt2 = architecture == GgufArchitecture.GPT2;
        this.layers = config.size(gpt2 ? "n_layer" : "num_hidden_layers");
        this.tied = config.flag("tie_word_embeddings", gpt2);
        put("block_count", layers);
        put("vocab_size", config.size("vocab_size"));
        if (gpt2) {
            gpt2();
        } else {
            llama();
        }
    }

    Map<String, GgufValue> all() {
        return keys;
    }

    int layers() {
        return layers;
    }

    /** Whether the output table is the embedding table. */
    boolean tied() {
        return tied;
    }

    /** The divisors of rotary frequencies, for the tensor {@code rope_freqs.weight}. */
    Optional<float[]> divisors() {
        return Optional.ofNullable(divisors);
    }

    private void gpt2() {
        ConfigText own = config.object("llmsys");
        int c = config.size("n_embd");
        int heads = config.size("n_head");
        require(own.flag("biases", true), "layers without biases");
        require(own.text("position", "learned").equals("learned"), "positions other than learned ones");
        require(own.text("normalization", "layernorm").equals("layernorm"), "norms other than LayerNorm");
        require(own.text("block", "pre-norm").equals("pre-norm"), "blocks that do not normalize first");
        require(own.text("feedforward", "gelu-mlp").equals("gelu-mlp"), "gated networks");
        require(own.size("kv_heads", heads) == heads, "grouped queries");
        String activation = config.text("activation_function", "gelu_new");
        require(activation.equals("gelu_new") || activation.equals("gelu_pytorch_tanh"), "the activation " + activation);
        put("context_length", config.has("n_positions") ? config.size("n_positions") : config.size("n_ctx"));
        put("embedding_length", c);
        put("feed_forward_length", config.size("n_inner", 4 * c));
        put("attention.head_count", heads);
        put("attention.layer_norm_epsilon", config.number("layer_norm_epsilon", 1e-5));
    }

    private void llama() {
        int c = config.size("hidden_size");
        int heads = config.size("num_attention_heads");
        int headDim = config.size("head_dim", c / heads);
        String activation = config.text("hidden_act", "silu");
        require(activation.equals("silu") || activation.equals("swish"), "the activation " + activation);
        put("context_length", config.size("max_position_embeddings"));
        put("embedding_length", c);
        put("feed_forward_length", config.size("intermediate_size"));
        put("attention.head_count", heads);
        put("attention.head_count_kv", config.size("num_key_value_heads", heads));
        put("attention.layer_norm_rms_epsilon", config.number("rms_norm_eps", 1e-6));
        if ((long) headDim * heads != c) {
            put("attention.key_length", headDim);
            put("attention.value_length", headDim);
        }
        if (config.has("sliding_window") && (architecture != GgufArchitecture.QWEN2 || config.flag("use_sliding_window", false))) {
            put("attention.sliding_window", config.size("sliding_window"));
        }
        put("rope.dimension_count", headDim);
        rotary(headDim);
    }

    private void rotary(int headDim) {
        ConfigText both = config.object("rope_parameters");
        ConfigText scaling = config.has("rope_parameters") ? both : config.object("rope_scaling");
        double theta = (config.has("rope_parameters") ? both : config).number("rope_theta", 10000);
        put("rope.freq_base", theta);
        String type = scaling.text("rope_type", scaling.text("type", "default"));
        switch (type) {
            case "default", "dynamic" -> { }                        // dynamic stretches nothing up to the context it was trained for
            case "linear" -> {
                keys.put(architecture.key() + ".rope.scaling.type", GgufValue.of("linear"));
                put("rope.scaling.factor", scaling.number("factor", 1));
            }
            case "yarn" -> yarn(scaling);
            case "llama3" -> {
                int original = scaling.size("original_max_position_embeddings");
                divisors = new Llama3Frequencies(scaling.number("factor", 8), scaling.number("low_freq_factor", 1),
                        scaling.number("high_freq_factor", 4), original).divisors(theta, headDim / 2);
                put("rope.scaling.original_context_length", original);
            }
            default -> require(false, "rotary positions of the type " + type);
        }
    }

    /** With its usual curve, which is what other programs take without being told. */
    private void yarn(ConfigText scaling) {
        int context = config.size("max_position_embeddings");
        int original = config.size("original_max_position_embeddings", scaling.size("original_max_position_embeddings", context));
        double factor = scaling.number("factor", context / (double) original);
        double magnitude = 0.1 * Math.log(Math.max(1, factor)) + 1;
        boolean usual = scaling.number("beta_fast", 32) == 32 && scaling.number("beta_slow", 1) == 1 && scaling.flag("truncate", true)
                && scaling.number("mscale", 0) == 0 && scaling.number("mscale_all_dim", 0) == 0
                && Math.abs(scaling.number("attention_factor", magnitude) - magnitude) < 1e-9;
        require(usual, "rotary positions of the type yarn with a beta, scale or attention factor of their own");
        keys.put(architecture.key() + ".rope.scaling.type", GgufValue.of("yarn"));
        put("rope.scaling.factor", factor);
        put("rope.scaling.original_context_length", original);
    }

    private void put(String key, long whole) {
        keys.put(architecture.key() + "." + key, GgufValue.of(whole));
    }

    private void put(String key, double real) {
        keys.put(architecture.key() + "." + key, GgufValue.of(real));
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw Problem.failed("cannot write the model as GGUF", "a file of the architecture " + architecture.key() + " cannot say " + otherwise,
                    "write it as safetensors");
        }
    }
}
