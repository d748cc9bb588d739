package org.llmsys.matmul.internal;

import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.WeightPanels;
import org.llmsys.tensor.BlockFormat;

/**
 * The reference of a product with weights in panels.
 *
 * <pre>
 *   block types   C[m,n] = start + sum over blocks b of scale[b,n] * (sum over k in b of A[m,k] * code[k,n])
 *   F16, BF16     C[m,n] = start + sum over k of A[m,k] * weight[k,n]
 * </pre>
 *
 * <p>Both sums with fused multiply-add, from low to high. A block's scale is multiplied once with the block's sum, not with each weight.
 */
public final class PanelProduct {

    private PanelProduct() {
    }

    /** @param bias (1,N), or null to start from 0 */
    public static void multiply(Matrix a, WeightPanels w, Matrix bias, Matrix c) {
        for (int m = 0; m < c.rows(); m++) {
            for (int n = 0; n < c.columns(); n++) {
                float start = bias == null ? 0 : bias.get(0, n);
                c.set(m, n, w.type().blocked() ? sumOfBlocks(a, m, w, n, start) : sum(a, m, w, n, 0, w.depth(), start));
            }
        }
    }

    private static float sumOfBlocks(Matrix a, int m, WeightPanels w, int n, float start) {
        float total = start;
        for (int k = 0; k < w.depth(); k += BlockFormat.SIZE) {
            total = Math.fma(w.scale(k, n), sum(a, m, w, n, k, k + BlockFormat.SIZE, 0), total);
        }
        return total;
    }

    private static float sum(Matrix a, int m, WeightPanels w, int n, int from, int to, float start) {
        float sum = start;
        for (int k = from; k < to; k++) {
            sum = Math.fma(a.get(m, k), w.code(k, n), sum);
        }
        return sum;
    }
}
