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
        list.addAll("", false);
        if (config.causal() && !config.tiedOutput()) {
            list.add("lm_head.weight", config.vocabSize(), config.embeddingDim());
        }
        return list.shapes;
    }

    /** Those of an encoder and a decoder that looks at it, under {@code encoder.} and {@code decoder.}. */
    static Map<String, Shape> of(ModelConfig encoder, ModelConfig decoder) {
        WeightShapes first = new WeightShapes(encoder);
        first.addAll("encoder.", false);
        WeightShapes second = new WeightShapes(decoder);
        second.addAll("decoder.", true);
        if (!decoder.tiedOutput()) {
            second.add("decoder.lm_head.weight", decoder.vocabSize(), decoder.embeddingDim());
        }
        first.shapes.putAll(second.shapes);
        return first.shapes;
    }

    /** Linear weights stand as (in, out). */
    private void addAll(String stack, boolean cross) {
        int c = config.embeddingDim();
        add(stack + "wte.weight", config.vocabSize(), c);
        if (config.position().equals("learned")) {
            add(stack + "wpe.weight", config.contextLength(), c);
        }
        if (config.tokenTypes() > 0) {
            add(stack + "wtt.weight", config.tokenTypes(), c);
            norm(stack + "ln_e");
        }
        for (int i = 0; i < config.numLayers(); i++) {
            addBlock(stack + "h." + i + ".", cross);
        }
        if (config.finalNorm()) {
            norm(stack + "ln_f");
        }
    }

    private void addBlock(String block, boolean cross) {
        int c = config.embeddingDim();
        int f = config.hiddenDim();
        int fused = (config.numHeads() + 2 * config.numKvHeads()) * config.headDim();
        int heads = config.numHeads() * config.headDim();                          // C in nearly every model
        boolean mlpBiases = config.biases() || config.feedForwardBiases();
        norm(block + "ln_1");
        linear(block + "attn.c_attn", c, fused, config.biases() || config.attentionBiases() != AttentionBiases.NONE);
        linear(block + "attn.c_proj", heads, c, config.biases() || config.attentionBiases() == AttentionBiases.ALL);
        if (cross) {
            norm(block + "ln_cross_attn");
            linear(block + "crossattention.q_attn", c, heads, config.biases());
            linear(block + "crossattention.c_attn", c, 2 * config.numKvHeads() * config.headDim(), config.biases());
            linear(block + "crossattention.c_proj", heads, c, config.biases());
        }
        if (config.secondNorm()) {
            norm(block + "ln_2");
        }
        if (config.feedforward().equals("swiglu") || config.feedforward().equals("geglu")) {
            linear(block + "mlp.gate_proj", c, f, mlpBiases);
            linear(block + "mlp.up_proj", c, f, mlpBiases);
            linear(block + "mlp.down_proj", f, c, mlpBiases);
        } else {
            linear(block + "mlp.c_fc", c, f, mlpBiases);
            linear(block + "mlp.c_proj", f, c, mlpBiases);
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
