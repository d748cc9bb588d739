package org.llmsys.attention.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.llmsys.attention.AttentionKernel;
import org.llmsys.attention.AttentionMask;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;

/** What both kernels of this room promise. */
class AttentionKernelTest {

    static Stream<AttentionKernel> kernels() {
        return Stream.of(new ReferenceAttention(), new StreamingAttention(WorkerPool.of(2)));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    @DisplayName("two positions by hand: the first sees itself; the second weighs 1/4 and 3/4 when its scores differ by log 3")
    void handCase(AttentionKernel kernel) {
        // HS = 1, so no scaling. Query 1 is log 3, keys are 0 and 1: scores 0 and log 3, exp 1 and 3, weights 1/4 and 3/4.
        Tensor q = Tensor.of(Shape.of(1, 1, 2, 1), 5, (float) Math.log(3));
        Tensor k = Tensor.of(Shape.of(1, 1, 2, 1), 0, 1);
        Tensor v = Tensor.of(Shape.of(1, 1, 2, 1), 10, 20);
        Tensor out = Tensor.zeros(1, 1, 2, 1);
        Tensor logSumExp = Tensor.zeros(1, 1, 2);
        kernel.forward(q, k, v, out, logSumExp);
        assertArrayEquals(new float[] {10, 17.5f}, out.floats(), 1e-5f);             // 10/4 + 3·20/4
        assertArrayEquals(new float[] {0, (float) Math.log(4)}, logSumExp.floats(), 1e-6f);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    @DisplayName("scores are divided by the root of the head dim: HS = 4 halves them")
    void scales(AttentionKernel kernel) {
        float score = (float) (2 * Math.log(3));                                      // halved: log 3
        Tensor q = Tensor.of(Shape.of(1, 1, 1, 4), score, 0, 0, 0);
        Tensor k = Tensor.of(Shape.of(1, 1, 2, 4), 0, 0, 0, 0, 1, 0, 0, 0);
        Tensor v = Tensor.of(Shape.of(1, 1, 2, 4), 0, 0, 0, 0, 4, 8, 12, 16);
        Tensor out = Tensor.zeros(1, 1, 1, 4);
        kernel.forward(q, k, v, out, null);
        assertArrayEquals(new float[] {3, 6, 9, 12}, out.floats(), 1e-5f);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    @DisplayName("a later key or value changes nothing before it, not even when it is NaN")
    void causal(AttentionKernel kernel) {
        int sequence = 70;
        Case c = Case.random(1, 2, 2, sequence, sequence, 8, 3);
        Tensor before = c.forward(kernel);
        for (int d = 0; d < 8; d++) {
            c.k.set(Double.NaN, 0, 0, sequence - 1, d);
            c.v.set(Double.NaN, 0, 1, sequence - 1, d);
        }
        Tensor after = c.forward(kernel);
        Tensor earlier = after.slice(2, 0, sequence - 1);
        assertArrayEquals(before.slice(2, 0, sequence - 1).copy().floats(), earlier.copy().floats());
        assertTrue(Float.isNaN(after.get(0, 0, sequence - 1, 0)), "the last query sees the changed key");
    }

    @ParameterizedTest
    @MethodSource("kernels")
    @DisplayName("queries behind a cache: the last T queries over S keys are the last T rows of the whole sequence")
    void queriesBehindACache(AttentionKernel kernel) {
        Case whole = Case.random(1, 4, 2, 77, 77, 13, 4);
        Tensor all = whole.forward(kernel);
        for (int t : new int[] {1, 5, 70}) {
            Tensor out = Tensor.zeros(1, 4, t, 13);
            kernel.forward(whole.q.slice(2, 77 - t, 77), whole.k, whole.v, out, null);
            assertArrayEquals(all.slice(2, 77 - t, 77).copy().floats(), out.floats(), 1e-6f);
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    @DisplayName("grouped queries equal full attention with every key head repeated")
    void groupedQueries(AttentionKernel kernel) {
        Case grouped = Case.random(2, 6, 2, 13, 13, 4, 5);
        Case full = new Case(grouped.q, repeat(grouped.k, 3), repeat(grouped.v, 3));
        assertArrayEquals(full.forward(kernel).floats(), grouped.forward(kernel).floats(), 1e-6f);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    @DisplayName("gradients are those of finite differences: grouped heads, more keys than queries, odd head dim")
    void gradients(AttentionKernel kernel) {
        Case c = Case.random(2, 4, 2, 3, 5, 3, 6);
        Tensor weights = Case.normal(c.q.shape(), 99);                                // loss = Σ weights · out
        Tensor[] gradients = c.backward(kernel, weights);
        Tensor[] inputs = {c.q, c.k, c.v};
        for (int n = 0; n < 3; n++) {
            float[] x = inputs[n].floats();
            for (int i = 0; i < x.length; i++) {
                float kept = x[i];
                x[i] = kept + 1e-2f;
                double up = c.loss(weights);
                double high = x[i];
                x[i] = kept - 1e-2f;
                double slope = (up - c.loss(weights)) / (high - x[i]);
                x[i] = kept;
                assertEquals(slope, gradients[n].floats()[i], 2e-3 * Math.max(1, Math.abs(slope)), "input " + n + " element " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    @DisplayName("gradients are added to what is there")
    void accumulates(AttentionKernel kernel) {
        Case c = Case.random(1, 1, 1, 2, 2, 2, 7);
        Tensor weights = Case.normal(c.q.shape(), 1);
        Tensor out = Tensor.zeros(1, 1, 2, 2);
        Tensor lse = Tensor.zeros(1, 1, 2);
        kernel.forward(c.q, c.k, c.v, out, lse);
        Tensor[] once = c.backward(kernel, weights);
        Tensor[] twice = {Tensor.zeros(1, 1, 2, 2), Tensor.zeros(1, 1, 2, 2), Tensor.zeros(1, 1, 2, 2)};
        for (int i = 0; i < 2; i++) {
            kernel.backward(c.q, c.k, c.v, out, lse, weights, twice[0], twice[1], twice[2]);
        }
        for (int n = 0; n < 3; n++) {
            for (int i = 0; i < 4; i++) {
                assertEquals(2 * once[n].floats()[i], twice[n].floats()[i], 1e-6);
            }
        }
    }

    @Test
    @DisplayName("streaming agrees with the reference at awkward sizes, forward and backward")
    void streamingAgreesWithReference() {
        AttentionKernel reference = new ReferenceAttention();
        AttentionKernel streaming = new StreamingAttention(WorkerPool.of(2));
        int[][] sizes = {{1, 1, 1, 1, 1, 1}, {1, 2, 1, 13, 13, 7}, {2, 4, 4, 64, 64, 32}, {1, 3, 3, 65, 65, 5}, {1, 2, 2, 7, 207, 16}, {2, 2, 1, 130, 150, 9}, {1, 2, 2, 0, 3, 4}};
        for (int[] s : sizes) {
            Case c = Case.random(s[0], s[1], s[2], s[3], s[4], s[5], 8);
            Tensor weights = Case.normal(c.q.shape(), 2);
            assertClose(c.forward(reference), c.forward(streaming), "forward " + c.q.shape());
            Tensor[] expected = c.backward(reference, weights);
            Tensor[] actual = c.backward(streaming, weights);
            for (int n = 0; n < 3; n++) {
                assertClose(expected[n], actual[n], "gradient " + n + " of " + c.q.shape());
            }
        }
    }

    @Test
    @DisplayName("streaming gives the same bits for 1, 2 and 4 threads")
    void sameForAnyNumberOfThreads() {
        Case c = Case.random(2, 6, 3, 100, 130, 16, 9);
        Tensor weights = Case.normal(c.q.shape(), 3);
        AttentionKernel one = new StreamingAttention(WorkerPool.SERIAL);
        for (int threads : new int[] {2, 4}) {
            try (WorkerPool pool = WorkerPool.of(threads)) {
                AttentionKernel many = new StreamingAttention(pool);
                assertArrayEquals(c.forward(one).floats(), c.forward(many).floats());
                for (int n = 0; n < 3; n++) {
                    assertArrayEquals(c.backward(one, weights)[n].floats(), c.backward(many, weights)[n].floats());
                }
            }
        }
    }

    @Test
    @DisplayName("so it does between two sequences with padding")
    void sameForAnyNumberOfThreadsWithPadding() {
        Case c = Case.random(3, 4, 2, 70, 130, 16, 12);
        AttentionMask mask = AttentionMask.WHOLE.withLengths(List.of(130, 0, 65));
        List<Tensor> expected = through(new StreamingAttention(WorkerPool.SERIAL), c, mask);
        for (int threads : new int[] {2, 4}) {
            try (WorkerPool pool = WorkerPool.of(threads)) {
                List<Tensor> actual = through(new StreamingAttention(pool), c, mask);
                for (int i = 0; i < 4; i++) {
                    assertArrayEquals(expected.get(i).floats(), actual.get(i).floats());
                }
            }
        }
    }

    /** Output and gradients. */
    private static List<Tensor> through(AttentionKernel kernel, Case c, AttentionMask mask) {
        List<Tensor> results = Stream.of(c.q, c.q, c.k, c.v).map(x -> Tensor.zeros(x.shape().extents())).toList();
        Tensor lse = Tensor.zeros(c.q.shape().extent(0), c.q.shape().extent(1), c.q.shape().extent(2));
        kernel.forward(c.q, c.k, c.v, mask, ScoreBias.NONE, results.get(0), lse);
        kernel.backward(c.q, c.k, c.v, mask, ScoreBias.NONE, results.get(0), lse, Case.normal(c.q.shape(), 3), results.get(1), results.get(2), results.get(3));
        return results;
    }

    @ParameterizedTest
    @MethodSource("kernels")
    @DisplayName("a row of a batch with padding is what the row gives alone, without its padding")
    void paddingIsAsIfItWereNotThere(AttentionKernel kernel) {
        Case c = Case.random(2, 2, 2, 66, 66, 5, 13);
        for (AttentionMask direction : List.of(AttentionMask.CAUSAL, AttentionMask.WHOLE)) {
            Tensor both = through(kernel, c, direction.withLengths(List.of(66, 9))).getFirst();
            Case second = new Case(c.q.slice(0, 1, 2).slice(2, 0, 9).copy(), c.k.slice(0, 1, 2).slice(2, 0, 9).copy(), c.v.slice(0, 1, 2).slice(2, 0, 9).copy());
            Tensor alone = through(kernel, second, direction).getFirst();
            assertArrayEquals(alone.floats(), both.slice(0, 1, 2).slice(2, 0, 9).copy().floats());
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    @DisplayName("views of a fused (B,T,3C) row serve as q, k, v and as their gradients")
    void viewsOfAFusedRow(AttentionKernel kernel) {
        Tensor row = Case.normal(Shape.of(2, 5, 3 * 2 * 4), 10);
        Case views = new Case(heads(row, 0), heads(row, 2), heads(row, 4));
        Case copies = new Case(views.q.copy(), views.k.copy(), views.v.copy());
        Tensor weights = Case.normal(views.q.shape(), 11);
        assertArrayEquals(copies.forward(kernel).floats(), views.forward(kernel).floats());
        Tensor gradRow = Tensor.zeros(2, 5, 24);
        Tensor out = Tensor.zeros(2, 2, 5, 4);
        Tensor lse = Tensor.zeros(2, 2, 5);
        kernel.forward(views.q, views.k, views.v, out, lse);
        kernel.backward(views.q, views.k, views.v, out, lse, weights, heads(gradRow, 0), heads(gradRow, 2), heads(gradRow, 4));
        Tensor[] expected = copies.backward(kernel, weights);
        for (int n = 0; n < 3; n++) {
            assertArrayEquals(expected[n].floats(), heads(gradRow, 2 * n).copy().floats());
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    @DisplayName("shapes that do not fit are refused with both shapes")
    void refusesMisfits(AttentionKernel kernel) {
        Tensor q = Tensor.zeros(1, 3, 2, 4);
        Tensor twoHeads = Tensor.zeros(1, 2, 2, 4);
        String message = assertThrows(ShapeException.class, () -> kernel.forward(q, twoHeads, twoHeads, q, null)).getMessage();
        assertTrue(message.contains("(1, 3, 2, 4)") && message.contains("(1, 2, 2, 4)"), message);
        Tensor oneKey = Tensor.zeros(1, 3, 1, 4);
        assertThrows(ShapeException.class, () -> kernel.forward(q, oneKey, oneKey, q, null));
        assertThrows(ShapeException.class, () -> kernel.forward(q, q, q, q, Tensor.zeros(1, 3)));
        assertThrows(ShapeException.class, () -> kernel.forward(q.transpose(2, 3), q.transpose(2, 3), q.transpose(2, 3), q.transpose(2, 3), null));
    }

    @Test
    @DisplayName("the single-precision exp is within 2e-7 of Math.exp, 0 far down, NaN for NaN")
    void exponential() {
        for (float x = 0; x > -86; x -= 0.0137f) {
            double exact = Math.exp(x);
            assertEquals(exact, Exponential.of(x), 2.5e-7 * exact, "exp(" + x + ")");
        }
        assertEquals(1, Exponential.of(0));
        assertEquals(0, Exponential.of(Float.NEGATIVE_INFINITY));
        assertTrue(Float.isNaN(Exponential.of(Float.NaN)));
    }

    private static Tensor heads(Tensor row, int first) {
        return row.reshape(2, 5, 6, 4).transpose(1, 2).slice(1, first, first + 2);
    }

    /** Every head {@code times} times in a row. */
    private static Tensor repeat(Tensor x, int times) {
        long[] extents = x.shape().extents();
        Tensor repeated = Tensor.zeros(extents[0], extents[1] * times, extents[2], extents[3]);
        for (int h = 0; h < extents[1] * times; h++) {
            repeated.select(1, h).copyFrom(x.select(1, h / times));
        }
        return repeated;
    }

    private static void assertClose(Tensor expected, Tensor actual, String what) {
        for (int i = 0; i < expected.size(); i++) {
            float e = expected.floats()[i];
            assertEquals(e, actual.floats()[i], 2e-5 * Math.max(1, Math.abs(e)), what + " element " + i);
        }
    }

    /** Inputs of one attention. */
    private record Case(Tensor q, Tensor k, Tensor v) {

        static Case random(int batch, int heads, int kvHeads, int queries, int keys, int headDim, long seed) {
            return new Case(normal(Shape.of(batch, heads, queries, headDim), seed), normal(Shape.of(batch, kvHeads, keys, headDim), seed + 100),
                    normal(Shape.of(batch, kvHeads, keys, headDim), seed + 200));
        }

        static Tensor normal(Shape shape, long seed) {
            RandomStream random = RandomStream.at(seed);
            float[] elements = new float[Math.toIntExact(shape.size())];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = (float) random.nextGaussian();
            }
            return Tensor.of(shape, elements);
        }

        Tensor forward(AttentionKernel kernel) {
            Tensor out = Tensor.zeros(q.shape().extents());
            kernel.forward(q, k, v, out, null);
            return out;
        }

        Tensor[] backward(AttentionKernel kernel, Tensor gradOut) {
            Tensor out = Tensor.zeros(q.shape().extents());
            Tensor lse = Tensor.zeros(q.shape().extent(0), q.shape().extent(1), q.shape().extent(2));
            kernel.forward(q, k, v, out, lse);
            Tensor[] gradients = {Tensor.zeros(q.shape().extents()), Tensor.zeros(k.shape().extents()), Tensor.zeros(v.shape().extents())};
            kernel.backward(q, k, v, out, lse, gradOut, gradients[0], gradients[1], gradients[2]);
            return gradients;
        }

        /** Σ weights · out in double, written down a second time and in another way than the kernels do it. */
        double loss(Tensor weights) {
            int heads = q.shape().intExtent(1);
            int before = k.shape().intExtent(2) - q.shape().intExtent(2);
            double loss = 0;
            for (int b = 0; b < q.shape().extent(0); b++) {
                for (int h = 0; h < heads; h++) {
                    int kv = h / (heads / k.shape().intExtent(1));
                    for (int t = 0; t < q.shape().extent(2); t++) {
                        double sum = 0;
                        double weighted = 0;
                        for (int j = 0; j <= before + t; j++) {
                            double score = 0;
                            double value = 0;
                            for (int d = 0; d < q.shape().extent(3); d++) {
                                score += q.getDouble(b, h, t, d) * k.getDouble(b, kv, j, d);
                                value += v.getDouble(b, kv, j, d) * weights.getDouble(b, h, t, d);
                            }
                            double e = Math.exp(score / Math.sqrt(q.shape().extent(3)));
                            sum += e;
                            weighted += e * value;
                        }
                        loss += weighted / sum;
                    }
                }
            }
            return loss;
        }
    }
}
