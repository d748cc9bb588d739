package org.llmsys.files.internal.gguf;

import java.util.List;
import java.util.Map;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

import org.llmsys.assembly.Problem;
import org.llmsys.files.Findings;
import org.llmsys.files.GgufFile;
import org.llmsys.files.GgufValue;
import org.llmsys.tensor.Tensor;

/**
 * A model's {@code config.json}, as Hugging Face has it, made of the keys of its GGUF file.
 *
 * <pre>
 *   llama.embedding_length -> hidden_size        llama.attention.head_count -> num_attention_heads       llama.rope.freq_base -> rope_theta
 *   tokenizer.ggml.{eos,eot,eom}_token_id -> eos_token_id
 *   output.weight absent -> tie_word_embeddings  rows of token_embd.weight -> vocab_size                 rope_freqs.weight -> rope_scaling llama3
 * </pre>
 *
 * <p>Everything that is out of range, or that would be another mathematics (experts, longer and shorter frequencies), is refused with the
 * name of its key.
 */
final class GgufConfig {

    private static final int MOST_LAYERS = 1024;
    private static final int MOST = 1 << 28;
    /** What ends a text, a speaker's turn, and a message. */
    private static final List<String> END_TOKENS = List.of("eos_token_id", "eot_token_id", "eom_token_id");

    private final GgufFile file;
    private final GgufArchitecture architecture;
    private final Map<String, Tensor> tensors;
    private final JsonObject json = new JsonObject();

    /** @param tensors under the names of the file */
    GgufConfig(GgufFile file, GgufArchitecture architecture, Map<String, Tensor> tensors) {
        this.file = file;
        this.architecture = architecture;
        this.tensors = tensors;
    }

    /** The text of config.json. */
    String text() {
        if (architecture == GgufArchitecture.GPT2) {
            gpt2();
        } else {
            llama();
        }
        return new GsonBuilder().setPrettyPrinting().create().toJson(json) + "\n";
    }

    private void gpt2() {
        type("gpt2", "GPT2LMHeadModel");
        int c = size("embedding_length", MOST);
        int heads = size("attention.head_count", MOST);
        requireDivides(c, heads);
        json.addProperty("n_embd", c);
        json.addProperty("n_layer", size("block_count", MOST_LAYERS));
        json.addProperty("n_head", heads);
        json.addProperty("n_positions", size("context_length", MOST));
        json.addProperty("n_inner", size("feed_forward_length", MOST));
        json.addProperty("activation_function", "gelu_new");
        json.addProperty("layer_norm_epsilon", epsilon("attention.layer_norm_epsilon"));
        ends();
    }

    private void llama() {
        boolean qwen = architecture == GgufArchitecture.QWEN2;
        type(qwen ? "qwen2" : "llama", qwen ? "Qwen2ForCausalLM" : "LlamaForCausalLM");
        if (file.whole(key("expert_count")).orElse(0L) != 0) {
            throw refused("expert_count", "its networks are mixtures of experts, which are not computed here");
        }
        if (!file.flag(key("attention.causal")).orElse(true)) {
            throw refused("attention.causal", "its tokens see what follows them, which is not computed here for this architecture");
        }
        int c = size("embedding_length", MOST);
        int heads = heads("attention.head_count", 0);
        json.addProperty("hidden_size", c);
        json.addProperty("num_hidden_layers", size("block_count", MOST_LAYERS));
        json.addProperty("num_attention_heads", heads);
        json.addProperty("num_key_value_heads", heads("attention.head_count_kv", heads));
        json.addProperty("intermediate_size", size("feed_forward_length", MOST));
        json.addProperty("hidden_act", "silu");
        json.addProperty("max_position_embeddings", size("context_length", MOST));
        json.addProperty("rms_norm_eps", epsilon("attention.layer_norm_rms_epsilon"));
        int headDim = headDim(c, heads);
        if (file.metadata().containsKey(key("attention.sliding_window"))) {
            json.addProperty("sliding_window", size("attention.sliding_window", MOST));
            json.addProperty("use_sliding_window", true);
        }
        rotary(headDim);
        json.addProperty("attention_bias", !qwen && tensors.containsKey("blk.0.attn_q.bias"));
        json.addProperty("mlp_bias", tensors.containsKey("blk.0.ffn_up.bias"));
        ends();
        JsonObject own = new JsonObject();
        own.addProperty("rope_pairing", architecture.pairing().text);
        json.add("llmsys", own);
    }

    private void type(String type, String name) {
        json.addProperty("model_type", type);
        JsonArray names = new JsonArray();
        names.add(name);
        json.add("architectures", names);
    }

    /** The table's rows count, not a key: files name their vocabulary in several places, or none. */
    private void ends() {
        Tensor table = tensors.get("token_embd.weight");
        if (table == null || table.shape().rank() != 2) {
            throw Problem.failed("cannot read the GGUF model", "it has no table token_embd.weight", "get an undamaged copy of the file");
        }
        json.addProperty("vocab_size", table.shape().extent(0));
        json.addProperty("tie_word_embeddings", !tensors.containsKey("output.weight"));
        JsonArray endTokens = new JsonArray();
        END_TOKENS.stream().flatMap(name -> file.whole("tokenizer.ggml." + name).stream()).distinct()
                .filter(id -> id >= 0 && id < table.shape().extent(0)).forEach(endTokens::add);
        if (!endTokens.isEmpty()) {
            json.add("eos_token_id", endTokens);
        }
    }

    private int headDim(int c, int heads) {
        String keyLength = "attention.key_length";
        if (!file.metadata().containsKey(key(keyLength))) {
            requireDivides(c, heads);
            return c / heads;
        }
        int headDim = size(keyLength, MOST);
        if (file.whole(key("attention.value_length")).orElse((long) headDim) != headDim) {
            throw refused("attention.value_length", "keys and values of different lengths are not computed here");
        }
        if ((long) headDim * heads != c) {
            json.addProperty("head_dim", headDim);
        }
        return headDim;
    }

    private void rotary(int headDim) {
        if (headDim % 2 != 0 || file.whole(key("rope.dimension_count")).orElse((long) headDim) != headDim) {
            throw refused("rope.dimension_count", "rotary positions that turn a part of a head's " + headDim + " features are not computed here");
        }
        double theta = real("rope.freq_base", 10000);
        json.addProperty("rope_theta", theta);
        double original = file.whole(key("rope.scaling.original_context_length")).orElse(0L);
        Tensor divisors = tensors.get("rope_freqs.weight");
        if (divisors != null) {
            llama3(divisors, headDim, theta, original);
            return;
        }
        if (tensors.keySet().stream().anyMatch(name -> name.startsWith("rope_factors_"))) {
            throw refused("rope.scaling.type",
                    "its positions have longer and shorter frequencies (rope_factors_long.weight), which are not computed here");
        }
        scaling(original);
    }

    /** Absent, the type is linear and the factor says whether anything is stretched; 0 says that nothing is: as llama.cpp has it. */
    private void scaling(double original) {
        String type = file.text(key("rope.scaling.type")).orElse("linear");
        double factor = factor("rope.scaling.factor", factor("rope.scale_linear", 1));
        double magnitude = real("rope.scaling.attn_factor", 1);
        if (realOrZero("rope.scaling.yarn_log_multiplier", 0) != 0) {
            throw refused("rope.scaling.yarn_log_multiplier", "it changes attention in a way that is not computed here");
        }
        if (magnitude != 1 && !type.equals("yarn")) {
            throw refused("rope.scaling.attn_factor", "heads that grow by " + magnitude + " are computed here with the scaling yarn only");
        }
        if (type.equals("none") || type.equals("linear") && factor == 1) {
            return;
        }
        JsonObject scaling = new JsonObject();
        scaling.addProperty("rope_type", type);
        scaling.addProperty("factor", factor);
        if (original > 0) {
            scaling.addProperty("original_max_position_embeddings", (long) original);
        }
        if (type.equals("yarn")) {
            scaling.addProperty("beta_fast", real("rope.scaling.yarn_beta_fast", 32));
            scaling.addProperty("beta_slow", real("rope.scaling.yarn_beta_slow", 1));
            scaling.addProperty("attention_factor", magnitude * (factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1));
        }
        json.add("rope_scaling", scaling);
    }

    private double factor(String name, double absent) {
        double factor = realOrZero(name, absent);
        return factor == 0 ? 1 : factor;
    }

    private void llama3(Tensor divisors, int headDim, double theta, double original) {
        if (divisors.shape().rank() != 1 || divisors.size() != headDim / 2 || !divisors.dtype().floating()) {
            throw Problem.failed("cannot read the GGUF model's rope_freqs.weight", "it is " + divisors.shape() + " for heads of " + headDim
                    + " features", "get an undamaged copy of the file");
        }
        Llama3Frequencies found = Llama3Frequencies.of(divisors.onHeap().copy().floats(), theta, original).orElseThrow(
                () -> Problem.failed("cannot compute the rotary positions of the GGUF model",
                        "no numbers of Llama 3's formula give the divisors in its rope_freqs.weight", "use another model"));
        if (found.factor() > 1) {
            json.add("rope_scaling", found.json());
        }
    }

    private String key(String name) {
        return architecture.key() + "." + name;
    }

    /** A whole number from 1 to {@code most}. */
    private int size(String name, int most) {
        long size = file.whole(key(name)).orElseThrow(() -> refused(name, "the file does not say it"));
        if (size < 1 || size > most) {
            throw refused(name, "it is " + size + ", not a number from 1 to " + most);
        }
        return (int) size;
    }

    /** A number of heads, which may stand once for each layer when all are equal. */
    private int heads(String name, int absent) {
        GgufValue value = file.metadata().get(key(name));
        if (value == null && absent > 0) {
            return absent;
        }
        if (!(value instanceof GgufValue.Wholes each)) {
            return size(name, MOST);
        }
        for (int i = 0; i < each.size(); i++) {
            if (each.get(i) != each.get(0) || each.get(i) < 1 || each.get(i) > MOST) {
                throw refused(name, "layers with different numbers of heads are not computed here");
            }
        }
        if (each.size() == 0) {
            throw refused(name, "it is an empty list");
        }
        return (int) each.get(0);
    }

    private void requireDivides(int c, int heads) {
        if (c % heads != 0) {
            throw refused("attention.head_count", heads + " heads cannot share " + c + " features");
        }
    }

    private double epsilon(String name) {
        double epsilon = real(name, 1e-5);
        if (epsilon >= 1) {
            throw refused(name, "it is " + epsilon);
        }
        return epsilon;
    }

    /** A positive number. */
    private double real(String name, double absent) {
        double real = realOrZero(name, absent);
        if (real == 0) {
            throw refused(name, "it is 0");
        }
        return real;
    }

    /** A number from 0 on; files store it as F32, and the shortest decimal of that is what was meant: 1e-5, not 9.99999974e-6. */
    private double realOrZero(String name, double absent) {
        GgufValue value = file.metadata().get(key(name));
        double real = value instanceof GgufValue.Whole whole ? whole.value() : file.real(key(name)).orElse(absent);
        if (!(real >= 0 && Double.isFinite(real))) {
            throw refused(name, "it is " + real);
        }
        return (float) real == real ? Double.parseDouble(Float.toString((float) real)) : real;
    }

    private Problem refused(String name, String why) {
        return Problem.failed("cannot read the GGUF model's " + Findings.printable(key(name), 80), why,
                "use another model, or get an undamaged copy of the file");
    }
}
