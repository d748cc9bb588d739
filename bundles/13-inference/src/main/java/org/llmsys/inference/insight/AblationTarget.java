package org.llmsys.inference.insight;

import java.util.List;

/** A part of a model whose contribution is taken away. Layers and heads count from 0. */
public sealed interface AblationTarget {

    int layer();

    /** What replaces the part's output reaches it at these places. */
    List<String> places();

    /** What one head of a layer found, before the projection. */
    record Head(int layer, int head) implements AblationTarget {

        @Override
        public List<String> places() {
            return List.of("blocks." + layer + ".attn.hook_z");
        }

        @Override
        public String toString() {
            return "head " + layer + "." + head;
        }
    }

    /** What the feed-forward network of a layer adds to the stream. */
    record Mlp(int layer) implements AblationTarget {

        @Override
        public List<String> places() {
            return List.of("blocks." + layer + ".hook_mlp_out");
        }

        @Override
        public String toString() {
            return "mlp " + layer;
        }
    }

    /** All that a layer adds to the stream: its attention and its feed-forward network. */
    record Layer(int layer) implements AblationTarget {

        @Override
        public List<String> places() {
            return List.of("blocks." + layer + ".hook_attn_out", "blocks." + layer + ".hook_mlp_out");
        }

        @Override
        public String toString() {
            return "layer " + layer;
        }
    }
}
