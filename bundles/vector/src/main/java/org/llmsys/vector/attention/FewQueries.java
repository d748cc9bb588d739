package org.llmsys.vector.attention;

import org.llmsys.position.ScoreBias;
import org.llmsys.vector.arithmetic.Row;
import org.llmsys.vector.matmul.Scratch;

/**
 * Attention of a few queries, as one token after the other is written: each key and each value is met once or a few times, so to arrange them
 * for a matrix product would cost more than the product. They are read where they lie, in one piece or in the blocks of a paged cache.
 *
 * <pre>
 *   X = Q·Kᵀ - m sqrt(HS) (t - j)            block after block, for all query heads that share the key head          (heads·T, S)
 *   P = exp(X / sqrt(HS) - max), l = Σ P     row by row
 *   O = P·V / l                              block after block
 * </pre>
 *
 * <p>Every score and every output is one sum in a fixed order, that of {@link VectorAttention}'s matrix products, and softmax sees whole rows:
 * so a token alone, a token within its prompt, and any cut into blocks give the same bits.
 */
final class FewQueries {

    /** Up to this many queries a head. */
    static final int MOST = 2;

    private final Scratch scratch;

    FewQueries(Scratch scratch) {
        this.scratch = scratch;
    }

    /**
     * Attends for the query heads of some neighbouring key heads.
     *
     * @param q         the query heads
     * @param queryHead number of the first of them
     * @param keyHead   number of their first key head
     * @param sharing   query heads that share a key head
     * @param logSumExp of these query heads, rows of one number, or null
     */
    void attend(HeadRows q, int queryHead, KeyValueBlocks rows, int keyHead, int sharing, Sight sight, ScoreBias bias, HeadRows out,
            HeadRows logSumExp) {
        int stride = (Math.ceilDiv(sight.valid(), SoftmaxRow.LANES) + 1) * SoftmaxRow.LANES;         // whole registers, and one for KeyScores
        float[] scores = scratch.lend(Math.multiplyExact(q.heads() * q.rows(), stride));             // (T, heads, S)
        float[] sums = scratch.lend(q.heads() * q.rows());                                           // (T, heads)
        float[] block = scratch.lend(KeyScores.block(q.width()));
        addUp(q, rows, keyHead, sharing, sight, scores, stride, block);
        scratch.giveBack(block);
        float scale = (float) (1 / Math.sqrt(q.width()));
        for (int t = 0; t < q.rows(); t++) {
            int seen = sight.keys(t);
            for (int h = 0; h < q.heads(); h++) {
                int row = t * q.heads() + h;
                float line = (float) (bias.slope(queryHead + h) * Math.sqrt(q.width()));             // before the scores are scaled
                SoftmaxRow.subtractLine(scores, row * stride, seen, sight.before() + t, line);
                float shift = -Row.max(scores, row * stride, seen) * scale;
                sums[row] = SoftmaxRow.expAndSum(scores, row * stride, seen, seen, scale, shift);
                if (logSumExp != null) {
                    logSumExp.data()[logSumExp.at(h, t)] = (float) (Math.log(sums[row]) - shift);
                }
            }
        }
        takeIn(scores, stride, sums, rows, keyHead, sharing, sight, out);
        scratch.giveBack(scores);
        scratch.giveBack(sums);
    }

    /** X, for the keys that the last query sees. Heads lie side by side in a block, so its whole run of keys is read in one go. */
    private static void addUp(HeadRows q, KeyValueBlocks rows, int keyHead, int sharing, Sight sight, float[] scores, int stride,
            float[] block) {
        KeyValueBlocks.Side keys = rows.keys;
        int seen = sight.keys(q.rows() - 1);
        int from = 0;
        for (int part = 0; from < seen; part++) {
            int count = Math.min(rows.count(part), seen - from);
            for (int h = 0; h < q.heads(); h += sharing) {
                for (int t = 0; t < q.rows(); t++) {
                    KeyScores.of(q.data(), q.at(h, t), q.headStride(), sharing, keys.data[part], keys.at(part, keyHead + h / sharing),
                            keys.strides[part], count, q.width(), scores, (t * q.heads() + h) * stride + from, stride, block);
                }
            }
            from += count;
        }
    }

    /** O, each query's weighted sum of the values it sees. */
    private static void takeIn(float[] p, int stride, float[] sums, KeyValueBlocks rows, int keyHead, int sharing, Sight sight, HeadRows out) {
        KeyValueBlocks.Side values = rows.values;
        out.fill(0);
        int last = sight.keys(out.rows() - 1);
        int from = 0;
        for (int block = 0; from < last; block++) {
            for (int h = 0; h < out.heads(); h++) {
                for (int t = 0; t < out.rows(); t++) {
                    int count = Math.min(rows.count(block), sight.keys(t) - from);
                    ValueSums.add(p, (t * out.heads() + h) * stride + from, values.data[block], values.at(block, keyHead + h / sharing),
                            values.strides[block], count, out.width(), out.data(), out.at(h, t));
                }
            }
            from += rows.count(block);
        }
        for (int t = 0; t < out.rows(); t++) {
            for (int h = 0; h < out.heads(); h++) {
                SoftmaxRow.scale(out.data(), out.at(h, t), out.width(), 1 / sums[t * out.heads() + h]);
            }
        }
    }
}
