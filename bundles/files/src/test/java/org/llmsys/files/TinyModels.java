package org.llmsys.files;

import java.util.LinkedHashMap;
import java.util.Map;

import org.llmsys.tensor.DType;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/** Whole models of random numbers, in the words of Hugging Face, for tests of the forms they are written in. */
public final class TinyModels {

    private TinyModels() {
    }

    /** Two layers, four heads over two of keys and values, half-split positions; with qwen2 biases of q, k and v. */
    public static ModelFile llama(String type, boolean tied, String more) {
        int c = 64;
        String config = """
                {"model_type": "%s", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
                 "num_key_value_heads": 2, "vocab_size": 11, "max_position_embeddings": 24, "rms_norm_eps": 1e-5, "rope_theta": 10000,
                 "hidden_act": "silu", "tie_word_embeddings": %b%s}""".formatted(type, tied, more);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        add(tensors, "model.embed_tokens.weight", 11, c);
        for (int i = 0; i < 2; i++) {
            String layer = "model.layers." + i + ".";
            add(tensors, layer + "input_layernorm.weight", c);
            add(tensors, layer + "self_attn.q_proj.weight", c, c);
            add(tensors, layer + "self_attn.k_proj.weight", 32, c);
            add(tensors, layer + "self_attn.v_proj.weight", 32, c);
            if (type.equals("qwen2")) {
                add(tensors, layer + "self_attn.q_proj.bias", c);
                add(tensors, layer + "self_attn.k_proj.bias", 32);
                add(tensors, layer + "self_attn.v_proj.bias", 32);
            }
            add(tensors, layer + "self_attn.o_proj.weight", c, c);
            add(tensors, layer + "post_attention_layernorm.weight", c);
            add(tensors, layer + "mlp.gate_proj.weight", 96, c);
            add(tensors, layer + "mlp.up_proj.weight", 96, c);
            add(tensors, layer + "mlp.down_proj.weight", c, 96);
        }
        add(tensors, "model.norm.weight", c);
        if (!tied) {
            add(tensors, "lm_head.weight", 11, c);
        }
        return new ModelFile(config, null, tensors, Map.of("general.name", "tiny"));
    }

    /** One layer, two heads. */
    public static ModelFile gpt2(String prefix, String more) {
        int c = 32;
        String config = """
                {"model_type": "gpt2", "n_embd": 32, "n_layer": 1, "n_head": 2, "n_positions": 24, "n_inner": 96, "vocab_size": 11,
                 "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new"%s}""".formatted(more);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        add(tensors, prefix + "wte.weight", 11, c);
        add(tensors, prefix + "wpe.weight", 24, c);
        String layer = prefix + "h.0.";
        for (String norm : new String[] {layer + "ln_1", layer + "ln_2", prefix + "ln_f"}) {
            add(tensors, norm + ".weight", c);
            add(tensors, norm + ".bias", c);
        }
        linear(tensors, layer + "attn.c_attn", c, 3 * c);
        linear(tensors, layer + "attn.c_proj", c, c);
        linear(tensors, layer + "mlp.c_fc", c, 96);
        linear(tensors, layer + "mlp.c_proj", 96, c);
        return new ModelFile(config, null, tensors, Map.of());
    }

    /** The same model with its matrices in another type. */
    public static ModelFile in(DType dtype, ModelFile model) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        model.tensors().forEach((name, tensor) -> tensors.put(name, tensor.shape().rank() > 1 ? tensor.to(dtype) : tensor));
        return new ModelFile(model.config(), null, tensors, model.metadata());
    }

    private static void linear(Map<String, Tensor> tensors, String name, int in, int out) {
        add(tensors, name + ".weight", in, out);
        add(tensors, name + ".bias", out);
    }

    private static void add(Map<String, Tensor> tensors, String name, long... extents) {
        Shape shape = Shape.of(extents);
        RandomStream random = RandomStream.at(name.hashCode());
        float[] numbers = new float[(int) shape.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = random.nextLong(1 << 20) / 1048576f - 0.5f;
        }
        tensors.put(name, Tensor.of(shape, numbers));
    }
}
