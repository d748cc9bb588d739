package org.llmsys.transformer;

import java.util.LinkedHashMap;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.Shape;

/** Which weights a configuration has, as each family's files name and store them. */
final class WeightShapes {

    private final ModelConfig config;
    private final Map<String, Shape> shapes = new LinkedHashMap<>();

    private WeightShapes(ModelConfig config) {
        this.config = config;
    }

    static Map<String, Shape> of(ModelConfig config) {
        WeightShapes list = new WeightShapes(config);
        switch (config.family()) {
            case "gpt2" -> list.gpt2();
            case "llama" -> list.llama();
            default -> throw Problem.failed("no weights are known for the family " + config.family(), "the families are gpt2 and llama",
                    "correct the family in the configuration");
        }
        return list.shapes;
    }

    /** Linear weights stand as (in, out). */
    private void gpt2() {
        int c = config.embeddingDim();
        int f = config.hiddenDim();
        int fused = (config.numHeads() + 2 * config.numKvHeads()) * config.headDim();
        add("wte.weight", config.vocabSize(), c);
        if (config.position().equals("learned")) {
            add("wpe.weight", config.contextLength(), c);
        }
        for (int i = 0; i < config.numLayers(); i++) {
            String block = "h." + i + ".";
            norm(block + "ln_1");
            linear(block + "attn.c_attn", c, fused);
            linear(block + "attn.c_proj", c, c);
            norm(block + "ln_2");
            linear(block + "mlp.c_fc", c, f);
            linear(block + "mlp.c_proj", f, c);
        }
        norm("ln_f");
        if (!config.tiedOutput()) {
            add("lm_head.weight", config.vocabSize(), c);
        }
    }

    /** Linear weights stand as (out, in) and have no biases. */
    private void llama() {
        int c = config.embeddingDim();
        int f = config.hiddenDim();
        int kv = config.numKvHeads() * config.headDim();
        add("model.embed_tokens.weight", config.vocabSize(), c);
        for (int i = 0; i < config.numLayers(); i++) {
            String block = "model.layers." + i + ".";
            add(block + "input_layernorm.weight", c);
            add(block + "self_attn.q_proj.weight", c, c);
            add(block + "self_attn.k_proj.weight", kv, c);
            add(block + "self_attn.v_proj.weight", kv, c);
            add(block + "self_attn.o_proj.weight", c, c);
            add(block + "post_attention_layernorm.weight", c);
            add(block + "mlp.gate_proj.weight", f, c);
            add(block + "mlp.up_proj.weight", f, c);
            add(block + "mlp.down_proj.weight", c, f);
        }
        add("model.norm.weight", c);
        if (!config.tiedOutput()) {
            add("lm_head.weight", config.vocabSize(), c);
        }
    }

    private void norm(String name) {
        add(name + ".weight", config.embeddingDim());
        if (config.biases()) {
            add(name + ".bias", config.embeddingDim());
        }
    }

    private void linear(String name, int in, int out) {
        add(name + ".weight", in, out);
        if (config.biases()) {
            add(name + ".bias", out);
        }
    }

    private void add(String name, long... extents) {
        shapes.put(name, Shape.of(extents));
    }
}
