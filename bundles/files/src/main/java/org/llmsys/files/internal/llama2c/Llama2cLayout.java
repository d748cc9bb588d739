package org.llmsys.files.internal.llama2c;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.files.Findings;
import org.llmsys.tensor.Shape;

/**
 * Which tensor lies where in a llama2.c file: each kind of weight for all layers together, then the next kind.
 *
 * <pre>
 *   version 0      table, input norms, q, k, v, o, norms before the networks, gates, downs, ups, last norm, rotary positions, output
 *   version 1, 2   input norms, norms before the networks, last norm, table, q, k, v, o, gates, downs, ups, output
 * </pre>
 *
 * @param parts in the order of their data
 * @param bytes of the whole file
 */
record Llama2cLayout(List<Part> parts, long bytes) {

    /**
     * One tensor.
     *
     * @param name      as Hugging Face calls it
     * @param begin     its first byte in the file
     * @param quantized whether it is whole numbers and scales rather than F32
     */
    record Part(String name, Shape shape, long begin, boolean quantized) {
    }

    private static final String TABLE = "model.embed_tokens.weight";
    private static final String NORM = "model.norm.weight";
    private static final String OUTPUT = "lm_head.weight";

    /** Null when the numbers do not go together, which then stands in the findings. */
    static Llama2cLayout of(Llama2cHeader header, Findings findings) {
        Builder builder = new Builder(header, findings);
        if (header.version() == 0) {
            builder.table();
            builder.norms("input_layernorm");
            builder.attention();
            builder.norms("post_attention_layernorm");
            builder.network();
            builder.vector(NORM);
            builder.skip(header.rotaryNumbers() * Float.BYTES);
        } else {
            builder.norms("input_layernorm");
            builder.norms("post_attention_layernorm");
            builder.vector(NORM);
            builder.table();
            builder.attention();
            builder.network();
        }
        if (!header.sharedOutput()) {
            builder.matrix(OUTPUT, header.vocabSize(), header.embeddingDim());
        }
        return findings.none() ? new Llama2cLayout(List.copyOf(builder.parts), builder.at) : null;
    }

    /** No product here reaches 2^63: extents are below 2^24, layers below 2^10. */
    private static final class Builder {

        private final Llama2cHeader header;
        private final Findings findings;
        private final List<Part> parts = new ArrayList<>();
        private long at;

        Builder(Llama2cHeader header, Findings findings) {
            this.header = header;
            this.findings = findings;
            this.at = header.dataStart();
        }

        void table() {
            matrix(TABLE, header.vocabSize(), header.embeddingDim());
        }

        void norms(String name) {
            for (int i = 0; i < header.numLayers(); i++) {
                vector("model.layers." + i + "." + name + ".weight");
            }
        }

        void attention() {
            int c = header.embeddingDim();
            int kv = header.numKvHeads() * header.headDim();
            matrices("self_attn.q_proj", c, c);
            matrices("self_attn.k_proj", kv, c);
            matrices("self_attn.v_proj", kv, c);
            matrices("self_attn.o_proj", c, c);
        }

        void network() {
            matrices("mlp.gate_proj", header.hiddenDim(), header.embeddingDim());
            matrices("mlp.down_proj", header.embeddingDim(), header.hiddenDim());
            matrices("mlp.up_proj", header.hiddenDim(), header.embeddingDim());
        }

        private void matrices(String name, int out, int in) {
            for (int i = 0; i < header.numLayers(); i++) {
                matrix("model.layers." + i + "." + name + ".weight", out, in);
            }
        }

        void vector(String name) {
            add(new Part(name, Shape.of(header.embeddingDim()), at, false));
        }

        void matrix(String name, int out, int in) {
            add(new Part(name, Shape.of(out, in), at, header.version() == 2));
        }

        void skip(long bytes) {
            at += bytes;
        }

        private void add(Part part) {
            long size = part.shape().size();
            if (part.quantized() && size % header.groupSize() != 0) {
                findings.add("%s has %d numbers, not whole groups of %d", Findings.quote(part.name()), size, header.groupSize());
            }
            if (size > Integer.MAX_VALUE - 8) {
                findings.add("%s has %d elements, more than an array holds", Findings.quote(part.name()), size);
            }
            parts.add(part);
            at += part.quantized() ? size + size / header.groupSize() * Float.BYTES : size * Float.BYTES;
        }
    }
}
