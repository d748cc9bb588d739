package org.llmsys.transformer;

import java.util.LinkedHashMap;
import java.util.Map;

import org.llmsys.tensor.Shape;
import org.llmsys.transformer.ModelConfig.AttentionBiases;

/** Which weights a configuration has, under the names that the layers ask for: GPT-2's, and Llama's for a gated network. */
final class WeightShapes {

    private final ModelConfig config;
    private final Map<String, Shape> shapes = new LinkedHashMap<>();

    private WeightShapes(ModelConfig config) {
        this.config = config;
    }

    static Map<String, Shape> of(ModelConfig config) {
        WeightShapes list = new WeightShapes(config);
        list.addAll();
        return list.shapes;
    }

    /** Linear weights stand as (in, out). */
    private void addAll() {
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
            linear(block + "attn.c_attn", c, fused, config.biases() || config.attentionBiases() != AttentionBiases.NONE);
            linear(block + "attn.c_proj", c, c, config.biases() || config.attentionBiases() == AttentionBiases.ALL);
            norm(block + "ln_2");
            if (config.feedforward().equals("swiglu")) {
                linear(block + "mlp.gate_proj", c, f, config.biases());
                linear(block + "mlp.up_proj", c, f, config.biases());
                linear(block + "mlp.down_proj", f, c, config.biases());
            } else {
                linear(block + "mlp.c_fc", c, f, config.biases());
                linear(block + "mlp.c_proj", f, c, config.biases());
            }
        }
        norm("ln_f");
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

    private void linear(String name, int in, int out, boolean bias) {
        add(name + ".weight", in, out);
        if (bias) {
            add(name + ".bias", out);
        }
    }

    private void add(String name, long... extents) {
        shapes.put(name, Shape.of(extents));
    }
}
