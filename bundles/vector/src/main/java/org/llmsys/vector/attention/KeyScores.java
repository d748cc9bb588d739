package org.llmsys.vector.attention;

import java.util.Arrays;

import org.llmsys.vector.matmul.InnerProducts;

/**
 * The scores of queries that look at the same keys, a register of keys at a time.
 *
 * <pre>
 *   scores[j] = q[0]*K[j,0] + q[1]*K[j,1] + ...        each sum in this order, as a matrix product adds it
 * </pre>
 *
 * <p>Keys are turned once for all these queries; then the lanes are keys at the same feature, and each score has its own sum.
 */
final class KeyScores {

    private KeyScores() {
    }

    /** Elements of the block in which keys of this width are turned. */
    static int block(int width) {
        return width * InnerProducts.ROWS;
    }

    /**
     * Overwrites {@code scores[at]} to {@code scores[at + count - 1]} for query 0, and so on for the others, {@code row} elements further each.
     * What follows them, up to a register, is overwritten too.
     *
     * @param q       the queries; query i begins at {@code qAt + i * qStride}
     * @param keys    key j begins at {@code keyAt + j * stride}
     * @param width   HS
     * @param block   {@link #block} elements to work in
     */
    static void of(float[] q, int qAt, int qStride, int queries, float[] keys, int keyAt, int stride, int count, int width,
            float[] scores, int at, int row, float[] block) {
        for (int j = 0; j < count; j += InnerProducts.ROWS) {
            InnerProducts.turn(keys, keyAt + j * stride, stride, Math.min(InnerProducts.ROWS, count - j), width, block);
            for (int i = 0; i < queries; i++) {
                int to = at + i * row + j;
                Arrays.fill(scores, to, to + InnerProducts.ROWS, 0);
                InnerProducts.add(q, qAt + i * qStride, width, block, scores, to);
            }
        }
    }
}
