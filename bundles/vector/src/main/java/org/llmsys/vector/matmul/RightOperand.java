package org.llmsys.vector.matmul;

import java.util.Arrays;

import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.WeightPanels;

/** B of a packed product: something that can lay a block of itself out as {@link Panels} describes it. */
sealed interface RightOperand {

    /** K. */
    int depth();

    /**
     * Packs neighbouring panels of a block.
     *
     * @param from    first column of the first panel
     * @param columns columns that exist; the last panel may have fewer than {@code width}
     * @param width   columns of a panel
     * @param k       first row
     * @param depth   number of rows
     */
    void pack(int from, int columns, int width, int k, int depth, float[] packed, int at);

    /** A matrix with any strides. */
    record Lying(Matrix b) implements RightOperand {

        @Override
        public int depth() {
            return b.rows();
        }

        @Override
        public void pack(int from, int columns, int width, int k, int depth, float[] packed, int at) {
            Panels.pack(b, from, columns, width, k, depth, packed, at);
        }
    }

    /** Weights that lie in panels of their own, widened on the way. */
    record Laid(WeightPanels w, PanelKernel kernel) implements RightOperand {

        @Override
        public int depth() {
            return w.depth();
        }

        @Override
        public void pack(int from, int columns, int width, int k, int depth, float[] packed, int at) {
            int strips = w.panels() * PanelKernel.STRIPS;
            for (int panel = 0; panel < Math.ceilDiv(columns, width); panel++) {
                int panelAt = at + panel * width * depth;
                int strip = (from + panel * width) / PanelKernel.LANES;
                if (strip + width / PanelKernel.LANES > strips) {
                    Arrays.fill(packed, panelAt, panelAt + width * depth, 0);
                }
                for (int i = 0; i < width && strip < strips; i += PanelKernel.LANES, strip++) {
                    kernel.widen(w, strip, k, depth, packed, panelAt + i, width);
                }
            }
        }
    }
}
