package org.llmsys.inference.insight;

import java.util.List;

import org.llmsys.assembly.Problem;

/**
 * Attention roll-out: through how much attention, over all layers, a token's place is reached from each token of the text.
 *
 * <pre>
 *   A_i    mean over the heads of layer i's patterns              (T,T)
 *   A'_i   0.5 A_i + 0.5 I                                        the other half stays where it is: what a block adds to, the stream
 *   R      A'_(L-1) · ... · A'_1 · A'_0                           (T,T), each row adds up to 1
 * </pre>
 *
 * <p>The last row says what the guess behind the text is made of. It looks at attention alone: what values and feed-forward networks do with it is
 * not in it.
 *
 * <pre>{@code
 * double[] shares = Rollout.of(patterns).getLast();     // of the last token; adds up to 1
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/2005.00928">Abnar, Zuidema 2020, Quantifying Attention Flow in Transformers</a>
 */
public final class Rollout {

    private Rollout() {
    }

    /**
     * @param patterns of all heads of all layers
     * @return R, a row a token
     * @throws Problem when there is no pattern
     */
    public static List<double[]> of(AttentionPatterns patterns) {
        if (patterns.heads().isEmpty()) {
            throw Problem.misused("there is nothing to roll out", "no pattern was given", "give the patterns of all heads of all layers");
        }
        int length = patterns.heads().getFirst().length();
        double[][] product = identity(length);
        for (int layer : patterns.heads().stream().map(AttentionHead::layer).distinct().sorted().toList()) {
            List<AttentionHead> heads = patterns.heads().stream().filter(head -> head.layer() == layer).toList();
            product = multiply(mixed(heads, length), product);
        }
        return List.of(product);
    }

    /** A'. */
    private static double[][] mixed(List<AttentionHead> heads, int length) {
        double[][] mixed = new double[length][length];
        for (int query = 0; query < length; query++) {
            for (AttentionHead head : heads) {
                for (int key = 0; key <= query; key++) {
                    mixed[query][key] += 0.5 * head.weights()[query][key] / heads.size();
                }
            }
            mixed[query][query] += 0.5;
        }
        return mixed;
    }

    /** Of two matrices that are 0 behind the diagonal; so is their product. */
    private static double[][] multiply(double[][] left, double[][] right) {
        double[][] product = new double[left.length][left.length];
        for (int i = 0; i < left.length; i++) {
            for (int k = 0; k <= i; k++) {
                for (int j = 0; j <= k; j++) {
                    product[i][j] += left[i][k] * right[k][j];
                }
            }
        }
        return product;
    }

    private static double[][] identity(int length) {
        double[][] identity = new double[length][length];
        for (int i = 0; i < length; i++) {
            identity[i][i] = 1;
        }
        return identity;
    }
}
