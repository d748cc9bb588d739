package org.llmsys.vector.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.attention.AttentionMask;
import org.llmsys.attention.CachedRows;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.Numbers;

class VectorAttentionTest {

    /** B, NH, NKV, T, S, HS; 207 queries are three blocks. */
    private static final int[][] SIZES = {{1, 1, 1, 1, 1, 1}, {2, 3, 3, 13, 13, 7}, {1, 4, 2, 5, 18, 8}, {2, 2, 1, 17, 17, 32}, {1, 2, 2, 1, 207, 16},
        {1, 2, 1, 207, 230, 20}, {1, 1, 1, 0, 3, 4}};

    @Test
    @DisplayName("query 0 sees one key: its output is that key's value; query 1 with equal scores the mean of two")
    void byHand() {
        Tensor q = Tensor.zeros(1, 1, 2, 1);
        Tensor v = Tensor.zeros(1, 1, 2, 1);
        v.set(6, 0, 0, 0, 0);
        v.set(10, 0, 0, 1, 0);
        Tensor out = Tensor.zeros(1, 1, 2, 1);
        Tensor logSumExp = Tensor.zeros(1, 1, 2);
        new VectorAttention(WorkerPool.SERIAL).forward(q, q, v, out, logSumExp);
        assertEquals(6, out.get(0, 0, 0, 0));
        assertEquals(8, out.get(0, 0, 1, 0), 1e-6);
        assertEquals(Math.log(2), logSumExp.get(0, 0, 1), 1e-6);
    }

    @Test
    @DisplayName("forward is within 3e-6 and backward within 2e-5 of the formulas in double: grouped heads, earlier keys, several blocks, both layouts")
    void formulas() {
        for (int[] s : SIZES) {
            for (boolean headsInside : new boolean[] {false, true}) {
                Case c = new Case(s, headsInside);
                Tensor gradOut = heads(4, headsInside, s[0], s[1], s[3], s[5]);
                Tensor[] gradients = {heads(5, headsInside, s[0], s[1], s[3], s[5]), heads(6, headsInside, s[0], s[2], s[4], s[5]),
                    heads(7, headsInside, s[0], s[2], s[4], s[5])};
                InDouble exact = new InDouble(c, gradOut, gradients);
                VectorAttention kernel = new VectorAttention(WorkerPool.SERIAL);
                kernel.forward(c.q, c.k, c.v, c.out, c.logSumExp);
                Numbers.assertClose(exact.out, c.out.copy(), 3e-6);
                Numbers.assertClose(exact.logSumExp, c.logSumExp, 3e-6);
                kernel.backward(c.q, c.k, c.v, c.out, c.logSumExp, gradOut, gradients[0], gradients[1], gradients[2]);
                for (int i = 0; i < 3; i++) {
                    Numbers.assertClose(exact.gradients[i], gradients[i].copy(), 2e-5);
                }
            }
        }
    }

    @Test
    @DisplayName("1, 2 and 4 threads give the same bits, forward and backward")
    void anyNumberOfThreads() {
        Case expected = null;
        Tensor expectedGradK = null;
        for (int threads : new int[] {1, 2, 4}) {
            try (WorkerPool pool = WorkerPool.of(threads)) {
                VectorAttention kernel = new VectorAttention(pool);
                Case c = new Case(new int[] {3, 4, 2, 65, 65, 33}, true);
                kernel.forward(c.q, c.k, c.v, c.out, c.logSumExp);
                Tensor gradK = Tensor.zeros(3, 2, 65, 33);
                kernel.backward(c.q, c.k, c.v, c.out, c.logSumExp, c.q, Tensor.zeros(3, 4, 65, 33), gradK, Tensor.zeros(3, 2, 65, 33));
                expected = expected == null ? c : expected;
                expectedGradK = expectedGradK == null ? gradK : expectedGradK;
                Numbers.assertSameBits(expected.out.copy(), c.out.copy());
                Numbers.assertSameBits(expectedGradK, gradK);
            }
        }
    }

    @Test
    @DisplayName("so they do between two sequences with padding, where a row without keys stays zero")
    void anyNumberOfThreadsWithPadding() {
        AttentionMask mask = AttentionMask.WHOLE.withLengths(List.of(130, 0, 65));
        Case expected = null;
        Tensor expectedGradK = null;
        for (int threads : new int[] {1, 2, 4}) {
            try (WorkerPool pool = WorkerPool.of(threads)) {
                VectorAttention kernel = new VectorAttention(pool);
                Case c = new Case(new int[] {3, 4, 2, 207, 130, 33}, true);
                kernel.forward(c.q, c.k, c.v, mask, ScoreBias.NONE, c.out, c.logSumExp);
                Tensor gradK = Tensor.zeros(3, 2, 130, 33);
                kernel.backward(c.q, c.k, c.v, mask, ScoreBias.NONE, c.out, c.logSumExp, c.q, Tensor.zeros(3, 4, 207, 33), gradK, Tensor.zeros(3, 2, 130, 33));
                expected = expected == null ? c : expected;
                expectedGradK = expectedGradK == null ? gradK : expectedGradK;
                Numbers.assertSameBits(expected.out.copy(), c.out.copy());
                Numbers.assertSameBits(expectedGradK, gradK);
            }
        }
        Numbers.assertSameBits(Tensor.zeros(1, 4, 207, 33), expected.out.slice(0, 1, 2).copy());
    }

    @ParameterizedTest(name = "{0} queries, heads {1}/{2}, {3} keys, {4} wide")
    @CsvSource({"1, 1, 1, 1, 1", "1, 6, 6, 129, 48", "1, 6, 2, 33, 20", "2, 6, 2, 40, 20", "1, 8, 1, 100, 128", "2, 3, 3, 7, 3",
        "5, 4, 2, 50, 16", "130, 4, 2, 131, 10"})
    @DisplayName("keys and values in blocks of 16, 5 and 1 to 9 positions give the bits of one piece, with a bias by distance, for 1 and 3 threads")
    void blocks(int queries, int heads, int kvHeads, int keys, int width) {
        Tensor q = heads(1, true, 1, heads, queries, width);
        Tensor k = heads(2, true, 1, kvHeads, keys, width);
        Tensor v = heads(3, true, 1, kvHeads, keys, width);
        double[] slopes = IntStream.range(0, heads).mapToDouble(h -> 0.25 / (h + 1)).toArray();
        for (ScoreBias bias : List.of(ScoreBias.NONE, ScoreBias.linear(slopes))) {
            Tensor expected = heads(9, true, 1, heads, queries, width);
            new VectorAttention(WorkerPool.SERIAL).forward(q, k, v, AttentionMask.CAUSAL, bias, expected, null);
            for (int threads : new int[] {1, 3}) {
                try (WorkerPool pool = WorkerPool.of(threads)) {
                    for (int[] sizes : new int[][] {{16}, {5}, {1, 2, 3, 9, 8}, {1000}}) {
                        Tensor out = heads(8, true, 1, heads, queries, width);
                        new VectorAttention(pool).forward(q, new CachedRows(cut(k, sizes), cut(v, sizes)), bias, out);
                        Numbers.assertSameBits(expected.copy(), out.copy());
                    }
                }
            }
        }
    }

    /** Blocks of these sizes, over and over, each in memory of its own that ends with it. */
    private static List<Tensor> cut(Tensor x, int[] sizes) {
        List<Tensor> blocks = new ArrayList<>();
        int from = 0;
        for (int i = 0; from < x.shape().extent(2); i++) {
            int to = (int) Math.min(x.shape().extent(2), from + sizes[i % sizes.length]);
            blocks.add(x.select(0, 0).slice(1, from, to).copy());
            from = to;
        }
        return blocks;
    }

    @Test
    @DisplayName("the last query of many gets the bits that it gets alone, whatever lies behind the last key")
    void aloneAsAmongMany() {
        for (int keys : new int[] {1, 7, 8, 9, 97, 130}) {
            Case c = new Case(new int[] {1, 4, 2, keys, keys, 33}, true);
            VectorAttention kernel = new VectorAttention(WorkerPool.SERIAL);
            kernel.forward(c.q, c.k, c.v, c.out, c.logSumExp);
            for (int t = 0; t < keys; t++) {
                Tensor alone = Tensor.zeros(1, 4, 1, 33);
                Tensor logSumExp = Tensor.zeros(1, 4, 1);
                Tensor k = c.k.slice(2, 0, t + 1);                       // other keys lie behind
                kernel.forward(c.q.slice(2, t, t + 1), k, c.v.slice(2, 0, t + 1), alone, logSumExp);
                Numbers.assertSameBits(c.out.slice(2, t, t + 1).copy(), alone);
                Numbers.assertSameBits(c.logSumExp.slice(2, t, t + 1).copy(), logSumExp);
            }
        }
    }

    @Test
    @DisplayName("NaN behind the keys that count, in the same array, is not seen")
    void nothingBehindIsSeen() {
        Tensor k = Numbers.even(2, 2, 1, 2, 24, 8);
        Tensor v = Numbers.even(3, 2, 1, 2, 24, 8);
        Tensor q = Numbers.even(1, 2, 1, 4, 1, 8);
        VectorAttention kernel = new VectorAttention(WorkerPool.SERIAL);
        for (int keys = 1; keys < 24; keys++) {
            Tensor expected = Tensor.zeros(1, 4, 1, 8);
            kernel.forward(q, k.slice(2, 0, keys).copy(), v.slice(2, 0, keys).copy(), expected, null);
            Tensor dirtyK = k.copy();
            Tensor dirtyV = v.copy();
            for (Tensor dirty : List.of(dirtyK, dirtyV)) {
                for (int j = keys; j < 24; j++) {
                    for (int d = 0; d < 8; d++) {
                        dirty.set(Float.NaN, 0, 0, j, d);
                        dirty.set(Float.NaN, 0, 1, j, d);
                    }
                }
            }
            Tensor out = Tensor.zeros(1, 4, 1, 8);
            kernel.forward(q, dirtyK.slice(2, 0, keys), dirtyV.slice(2, 0, keys), out, null);
            Numbers.assertSameBits(expected, out);
        }
    }

    @Test
    @DisplayName("a later token changes no bit of the rows before it; scores of 10000 stay finite")
    void causalAndFinite() {
        Case c = new Case(new int[] {1, 1, 1, 50, 50, 16}, false);
        VectorAttention kernel = new VectorAttention(WorkerPool.SERIAL);
        kernel.forward(c.q, c.k, c.v, c.out, null);
        Tensor before = c.out.copy();
        for (int i = 0; i < 16; i++) {
            c.k.set(3000, 0, 0, 40, i);
            c.v.set(-3000, 0, 0, 40, i);
        }
        kernel.forward(c.q, c.k, c.v, c.out, null);
        Numbers.assertSameBits(before.slice(2, 0, 40).copy(), c.out.slice(2, 0, 40).copy());
        assertTrue(c.out.allFinite());
    }

    private static final class Case {
        private final Tensor q;
        private final Tensor k;
        private final Tensor v;
        private final Tensor out;
        private final Tensor logSumExp;

        private Case(int[] s, boolean headsInside) {
            q = heads(1, headsInside, s[0], s[1], s[3], s[5]);
            k = heads(2, headsInside, s[0], s[2], s[4], s[5]);
            v = heads(3, headsInside, s[0], s[2], s[4], s[5]);
            out = heads(9, headsInside, s[0], s[1], s[3], s[5]);
            logSumExp = Tensor.zeros(s[0], s[1], s[3]);
        }
    }

    /** (B, heads, rows, HS), lying so or as (B, rows, heads*HS). */
    private static Tensor heads(long seed, boolean headsInside, int b, int heads, int rows, int width) {
        return headsInside ? Numbers.even(seed, 2, b, rows, heads, width).transpose(1, 2) : Numbers.even(seed, 2, b, heads, rows, width);
    }

    /** The formulas of the reference, one query at a time. */
    private static final class InDouble {
        private final double[] out;
        private final double[] logSumExp;
        private final double[][] gradients;

        private InDouble(Case c, Tensor gradOut, Tensor[] start) {
            int heads = c.q.shape().intExtent(1);
            int sharing = heads / c.k.shape().intExtent(1);
            int queries = c.q.shape().intExtent(2);
            int keys = c.k.shape().intExtent(2);
            int width = c.q.shape().intExtent(3);
            double[] q = Numbers.doubles(c.q);
            double[] k = Numbers.doubles(c.k);
            double[] v = Numbers.doubles(c.v);
            double[] dO = Numbers.doubles(gradOut);
            out = new double[q.length];
            logSumExp = new double[(int) c.logSumExp.size()];
            gradients = new double[][] {Numbers.doubles(start[0]), Numbers.doubles(start[1]), Numbers.doubles(start[2])};
            double scale = 1 / Math.sqrt(width);
            for (int row = 0; row < logSumExp.length; row++) {                          // (b, h, t) in row-major order
                int t = row % queries;
                int keyHead = row / queries / heads * (heads / sharing) + row / queries % heads / sharing;
                int seen = keys - queries + t + 1;
                double[] p = new double[seen];
                double[] dP = new double[seen];
                double total = 0;
                for (int j = 0; j < seen; j++) {
                    for (int d = 0; d < width; d++) {
                        p[j] += q[row * width + d] * k[(keyHead * keys + j) * width + d] * scale;
                        dP[j] += dO[row * width + d] * v[(keyHead * keys + j) * width + d];
                    }
                    p[j] = Math.exp(p[j]);
                    total += p[j];
                }
                logSumExp[row] = Math.log(total);
                double mean = 0;
                for (int j = 0; j < seen; j++) {
                    p[j] /= total;
                    mean += p[j] * dP[j];
                }
                for (int j = 0; j < seen; j++) {
                    double dS = p[j] * (dP[j] - mean) * scale;
                    for (int d = 0; d < width; d++) {
                        int key = (keyHead * keys + j) * width + d;
                        out[row * width + d] += p[j] * v[key];
                        gradients[0][row * width + d] += dS * k[key];
                        gradients[1][key] += dS * q[row * width + d];
                        gradients[2][key] += p[j] * dO[row * width + d];
                    }
                }
            }
        }
    }
}
