package org.llmsys.testkit.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.llmsys.attention.AttentionKernel;
import org.llmsys.attention.AttentionMask;
import org.llmsys.attention.CachedRows;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.osgi.service.component.annotations.Component;

/**
 * Every attention kernel: forward within 1e-5 of the formula in double, any strides over the first axes, grouped heads; backward within 1e-4 of
 * the derivative in double, added and not overwritten. Causal with and without a bias by distance, in both directions, between two sequences of
 * any lengths, each with and without padding; a query that sees nothing gets zeros. Rows of a cache may lie in blocks of any sizes.
 */
@Component(service = Contract.class)
public final class AttentionContract implements Contract<AttentionKernel> {

    /** B, NH, NKV, T, S, HS. */
    private static final int[][] SIZES = {{1, 1, 1, 1, 1, 1}, {1, 1, 1, 2, 2, 2}, {2, 3, 3, 13, 13, 7}, {1, 4, 2, 5, 18, 8},
        {2, 2, 1, 17, 17, 32}, {1, 2, 2, 1, 207, 16}, {1, 6, 3, 64, 64, 20}, {1, 1, 1, 0, 0, 4}};

    /** For masks that are not causal, queries and keys of two sequences: more of one, more of the other, one, none. */
    private static final int[][] CROSS_SIZES = {{1, 1, 1, 1, 1, 1}, {2, 3, 3, 13, 13, 7}, {3, 4, 2, 18, 5, 8}, {2, 2, 1, 1, 207, 32}, {1, 2, 2, 207, 1, 16},
        {2, 6, 3, 100, 130, 20}, {2, 2, 2, 0, 3, 4}, {2, 2, 2, 3, 0, 4}};

    /** One sequence with a cache: one query, two, a prompt behind another, and all at once. */
    private static final int[][] CACHED_SIZES = {{1, 1, 1, 1, 1, 1}, {1, 4, 4, 1, 49, 8}, {1, 6, 2, 1, 207, 20}, {1, 8, 1, 2, 33, 16},
        {1, 4, 2, 13, 50, 7}, {1, 2, 2, 100, 130, 3}, {1, 3, 3, 17, 17, 64}};

    @Override
    public Class<AttentionKernel> service() {
        return AttentionKernel.class;
    }

    @Override
    public void check(AttentionKernel kernel, Subject subject, Checks checks) {
        checks.promise("one key: the output is its value", () -> {
            Tensor out = Tensor.zeros(1, 1, 1, 2);
            kernel.forward(filled(3, 4), filled(5, 6), filled(7, 8), out, null);
            Checks.that(out.get(0, 0, 0, 0) == 7 && out.get(0, 0, 0, 1) == 8, "got %s, %s", out.get(0, 0, 0, 0), out.get(0, 0, 0, 1));
        });
        for (int[] size : SIZES) {
            for (boolean headsInside : new boolean[] {false, true}) {
                String what = "B,NH,NKV,T,S,HS " + Arrays.toString(size) + (headsInside ? ", heads inside the rows" : "");
                checks.promise("forward of " + what, () -> forward(kernel, size, headsInside, AttentionMask.CAUSAL, ScoreBias.NONE));
                checks.promise("backward of " + what, () -> backward(kernel, size, headsInside, AttentionMask.CAUSAL, ScoreBias.NONE));
                checks.promise("forward with a bias of " + what, () -> forward(kernel, size, headsInside, AttentionMask.CAUSAL, bias(size[1])));
                checks.promise("backward with a bias of " + what, () -> backward(kernel, size, headsInside, AttentionMask.CAUSAL, bias(size[1])));
            }
        }
        for (int[] size : SIZES) {
            AttentionMask padded = AttentionMask.CAUSAL.withLengths(lengths(size));
            checks.promise("forward, causal with padding and a bias, of " + named(size), () -> forward(kernel, size, true, padded, bias(size[1])));
            checks.promise("backward, causal with padding and a bias, of " + named(size), () -> backward(kernel, size, true, padded, bias(size[1])));
        }
        for (int[] size : CROSS_SIZES) {
            for (AttentionMask mask : List.of(AttentionMask.WHOLE, AttentionMask.WHOLE.withLengths(lengths(size)))) {
                String what = (mask.lengths().isEmpty() ? "in both directions, of " : "in both directions with padding, of ") + named(size);
                checks.promise("forward " + what, () -> forward(kernel, size, true, mask, ScoreBias.NONE));
                checks.promise("backward " + what, () -> backward(kernel, size, false, mask, ScoreBias.NONE));
            }
        }
        for (int[] size : CACHED_SIZES) {
            for (ScoreBias bias : List.of(ScoreBias.NONE, bias(size[1]))) {
                checks.promise("new queries over a cache in blocks, " + (bias.isNone() ? "" : "with a bias by distance, ") + named(size),
                        () -> blocks(kernel, size, bias));
            }
        }
        checks.promise("blocks with fewer positions than there are queries are refused", () -> {
            Tensor q = Tensor.zeros(1, 1, 5, 2);
            List<Tensor> two = List.of(Tensor.zeros(1, 2, 2), Tensor.zeros(1, 2, 2));
            CachedRows rows = new CachedRows(two, two);
            refused(() -> kernel.forward(q, rows, ScoreBias.NONE, Tensor.zeros(1, 1, 5, 2)));
            refused(() -> kernel.forward(Tensor.zeros(1, 1, 1, 3), rows, ScoreBias.NONE, Tensor.zeros(1, 1, 1, 3)));
        });
        checks.promise("padding is not read: NaN in it changes no bit", () -> paddingIsNotRead(kernel));
        checks.promise("a query that sees nothing gets zeros, and nothing flows back", () -> nothingSeen(kernel));
        checks.promise("lengths that are not one a row, or longer than the keys, are refused", () -> {
            Case c = new Case(new int[] {2, 1, 1, 3, 4, 2}, false);
            for (List<Integer> wrong : List.of(List.of(1), List.of(4, 5))) {
                refused(() -> kernel.forward(c.q, c.k, c.v, AttentionMask.WHOLE.withLengths(wrong), ScoreBias.NONE, c.out, null));
            }
        });
        checks.promise("a causal mask with fewer keys than queries, and a bias without a causal mask, are refused", () -> {
            Case c = new Case(new int[] {1, 1, 1, 5, 4, 2}, false);
            refused(() -> kernel.forward(c.q, c.k, c.v, c.out, null));
            refused(() -> kernel.forward(c.q, c.k, c.v, AttentionMask.WHOLE, bias(1), c.out, null));
        });
        checks.promise("a bias for another number of heads is refused", () -> {
            Tensor out = Tensor.zeros(1, 1, 1, 2);
            refused(() -> kernel.forward(filled(3, 4), filled(5, 6), filled(7, 8), AttentionMask.CAUSAL, ScoreBias.linear(1, 2), out, null));
        });
        checks.promise("a later token changes nothing before it", () -> causal(kernel));
        checks.promise("scores of 1000 stay finite", () -> {
            Tensor q = scaled(Samples.normal(1, 1, 1, 9, 4), 100);
            Tensor out = Tensor.zeros(1, 1, 9, 4);
            kernel.forward(q, scaled(Samples.normal(2, 1, 1, 9, 4), 100), Samples.normal(3, 1, 1, 9, 4), out, null);
            Checks.that(out.allFinite(), "not finite");
        });
        checks.promise("many threads may call at once", () -> Checks.sameOnManyThreads(() -> {
            Tensor out = Tensor.zeros(2, 3, 13, 7);
            kernel.forward(Samples.normal(1, 2, 3, 13, 7), Samples.normal(2, 2, 3, 13, 7), Samples.normal(3, 2, 3, 13, 7), out, null);
            return Arrays.hashCode(out.floats());
        }));
    }

    private static String named(int[] size) {
        return "B,NH,NKV,T,S,HS " + Arrays.toString(size);
    }

    /** From none of the keys in the first row to all of them in the last. */
    private static List<Integer> lengths(int[] size) {
        List<Integer> lengths = new ArrayList<>();
        for (int b = 0; b < size[0]; b++) {
            lengths.add(size[0] == 1 ? size[4] / 2 : b * size[4] / (size[0] - 1));
        }
        return lengths;
    }

    private static void refused(Runnable call) {
        try {
            call.run();
        } catch (ShapeException expected) {
            return;
        }
        Checks.that(false, "it was taken");
    }

    private static void paddingIsNotRead(AttentionKernel kernel) {
        AttentionMask mask = AttentionMask.WHOLE.withLengths(List.of(70, 3));
        Tensor[] clean = throughBoth(kernel, mask, 0);
        Tensor[] dirty = throughBoth(kernel, mask, Float.NaN);
        for (int i = 0; i < clean.length; i++) {
            Checks.that(Arrays.equals(clean[i].floats(), dirty[i].floats()), "result %d of forward and backward read the padding", i);
        }
    }

    /** Output and gradients, with {@code padding} in every key and value behind the lengths. */
    private static Tensor[] throughBoth(AttentionKernel kernel, AttentionMask mask, float padding) {
        Case c = new Case(new int[] {2, 2, 1, 9, 80, 6}, false);
        for (int b = 0; b < 2; b++) {
            for (int j = mask.lengths().get(b); j < 80; j++) {
                for (int i = 0; i < 6; i++) {
                    c.k.set(padding, b, 0, j, i);
                    c.v.set(padding, b, 0, j, i);
                }
            }
        }
        kernel.forward(c.q, c.k, c.v, mask, ScoreBias.NONE, c.out, c.logSumExp);
        Tensor[] results = {c.out, Tensor.zeros(2, 2, 9, 6), Tensor.zeros(2, 1, 80, 6), Tensor.zeros(2, 1, 80, 6)};
        kernel.backward(c.q, c.k, c.v, mask, ScoreBias.NONE, c.out, c.logSumExp, Samples.normal(4, 2, 2, 9, 6), results[1], results[2], results[3]);
        return results;
    }

    private static void nothingSeen(AttentionKernel kernel) {
        for (AttentionMask direction : List.of(AttentionMask.CAUSAL, AttentionMask.WHOLE)) {
            AttentionMask mask = direction.withLengths(List.of(0));
            Case c = new Case(new int[] {1, 2, 2, 5, 7, 3}, true);
            c.out.copyFrom(Samples.normal(8, 1, 2, 5, 3));
            c.logSumExp.copyFrom(Samples.normal(9, 1, 2, 5));
            kernel.forward(c.q, c.k, c.v, mask, ScoreBias.NONE, c.out, c.logSumExp);
            Checks.that(allZero(c.out) && allZero(c.logSumExp), "output or logSumExp is not zero");
            Tensor[] gradients = {Tensor.zeros(1, 2, 5, 3), Tensor.zeros(1, 2, 7, 3), Tensor.zeros(1, 2, 7, 3)};
            kernel.backward(c.q, c.k, c.v, mask, ScoreBias.NONE, c.out, c.logSumExp, Samples.normal(4, 1, 2, 5, 3), gradients[0], gradients[1], gradients[2]);
            Checks.that(allZero(gradients[0]) && allZero(gradients[1]) && allZero(gradients[2]), "a gradient is not zero");
        }
    }

    private static boolean allZero(Tensor x) {
        return Arrays.stream(Samples.doubles(x.copy())).allMatch(element -> element == 0);
    }

    /** Slopes from steep to flat, no two alike. */
    private static ScoreBias bias(int heads) {
        double[] slopes = new double[heads];
        for (int h = 0; h < heads; h++) {
            slopes[h] = 0.5 / (h + 1);
        }
        return ScoreBias.linear(slopes);
    }

    private static void forward(AttentionKernel kernel, int[] s, boolean headsInside, AttentionMask mask, ScoreBias bias) {
        Case c = new Case(s, headsInside);
        kernel.forward(c.q, c.k, c.v, mask, bias, c.out, c.logSumExp);
        AttentionInDouble exact = new AttentionInDouble(c.q, c.k, c.v, mask, bias);
        for (int b = 0; b < s[0]; b++) {
            for (int h = 0; h < s[1]; h++) {
                for (int t = 0; t < s[3]; t++) {
                    double[] row = exact.output(b, h, t);
                    for (int i = 0; i < s[5]; i++) {
                        Checks.close(row[i], c.out.get(b, h, t, i), 1e-5 * Math.max(1, Math.abs(row[i])), "out (%d,%d,%d,%d)", b, h, t, i);
                    }
                    double lse = exact.logSumExp(b, h, t);
                    Checks.close(lse, c.logSumExp.get(b, h, t), 1e-5 * Math.max(1, Math.abs(lse)), "logSumExp (%d,%d,%d)", b, h, t);
                }
            }
        }
    }

    /** In blocks of 16, and of unequal sizes whose heads lie inside the rows. */
    private static void blocks(AttentionKernel kernel, int[] s, ScoreBias bias) {
        Case c = new Case(s, true);
        AttentionInDouble exact = new AttentionInDouble(c.q, c.k, c.v, AttentionMask.CAUSAL, bias);
        for (int[] sizes : new int[][] {{16}, {1, 7, 8, 3}}) {
            kernel.forward(c.q, new CachedRows(cut(c.k, sizes), cut(c.v, sizes)), bias, c.out);
            for (int h = 0; h < s[1]; h++) {
                for (int t = 0; t < s[3]; t++) {
                    double[] row = exact.output(0, h, t);
                    for (int i = 0; i < s[5]; i++) {
                        Checks.close(row[i], c.out.get(0, h, t, i), 1e-5 * Math.max(1, Math.abs(row[i])), "out (%d,%d,%d) with blocks of %s", h, t, i,
                                Arrays.toString(sizes));
                    }
                }
            }
        }
    }

    /** Blocks of these sizes, over and over; each second one in memory of its own. */
    private static List<Tensor> cut(Tensor x, int[] sizes) {
        List<Tensor> blocks = new ArrayList<>();
        Tensor rows = x.select(0, 0);                                // (NKV,S,HS)
        for (long from = 0; from < rows.shape().extent(1); from += sizes[(blocks.size() - 1) % sizes.length]) {
            Tensor block = rows.slice(1, from, Math.min(rows.shape().extent(1), from + sizes[blocks.size() % sizes.length]));
            blocks.add(blocks.size() % 2 == 0 ? block : block.copy());
        }
        return blocks;
    }

    private static void backward(AttentionKernel kernel, int[] s, boolean headsInside, AttentionMask mask, ScoreBias bias) {
        Case c = new Case(s, headsInside);
        kernel.forward(c.q, c.k, c.v, mask, bias, c.out, c.logSumExp);
        Tensor gradOut = layout(Samples.normal(4, s[0], s[1], s[3], s[5]), headsInside);
        Tensor gradQ = layout(Samples.normal(5, s[0], s[1], s[3], s[5]), headsInside);
        Tensor gradK = layout(Samples.normal(6, s[0], s[2], s[4], s[5]), headsInside);
        Tensor gradV = layout(Samples.normal(7, s[0], s[2], s[4], s[5]), headsInside);
        AttentionInDouble exact = new AttentionInDouble(c.q, c.k, c.v, mask, bias);
        double[][] expected = exact.gradients(gradOut, gradQ, gradK, gradV);
        kernel.backward(c.q, c.k, c.v, mask, bias, c.out, c.logSumExp, gradOut, gradQ, gradK, gradV);
        compare("gradQ", expected[0], gradQ);
        compare("gradK", expected[1], gradK);
        compare("gradV", expected[2], gradV);
    }

    private static void compare(String what, double[] expected, Tensor actual) {
        double[] got = Samples.doubles(actual.copy());
        for (int i = 0; i < expected.length; i++) {
            Checks.close(expected[i], got[i], 1e-4 * Math.max(1, Math.abs(expected[i])), "%s element %d", what, i);
        }
    }

    private static void causal(AttentionKernel kernel) {
        Case c = new Case(new int[] {1, 2, 2, 6, 6, 5}, false);
        kernel.forward(c.q, c.k, c.v, c.out, null);
        Tensor before = c.out.copy();
        for (int h = 0; h < 2; h++) {
            for (int i = 0; i < 5; i++) {
                c.k.set(99, 0, h, 4, i);
                c.v.set(-99, 0, h, 4, i);
            }
        }
        kernel.forward(c.q, c.k, c.v, c.out, null);
        for (int h = 0; h < 2; h++) {
            for (int t = 0; t < 6; t++) {
                boolean same = before.get(0, h, t, 0) == c.out.get(0, h, t, 0);
                Checks.that(same == t < 4, "token %d %s when token 4 changed", t, same ? "stayed" : "changed");
            }
        }
    }

    /** One set of inputs and room for outputs. */
    private static final class Case {
        private final Tensor q;
        private final Tensor k;
        private final Tensor v;
        private final Tensor out;
        private final Tensor logSumExp;

        private Case(int[] s, boolean headsInside) {
            q = layout(Samples.normal(1, s[0], s[1], s[3], s[5]), headsInside);
            k = layout(Samples.normal(2, s[0], s[2], s[4], s[5]), headsInside);
            v = layout(Samples.normal(3, s[0], s[2], s[4], s[5]), headsInside);
            out = layout(Tensor.zeros(s[0], s[1], s[3], s[5]), headsInside);
            logSumExp = Tensor.zeros(s[0], s[1], s[3]);
        }
    }

    /** The same numbers as (B,NH,T,HS), or lying as (B,T,NH*HS) with the axes exchanged in the view. */
    private static Tensor layout(Tensor t, boolean headsInside) {
        if (!headsInside) {
            return t;
        }
        Shape s = t.shape();
        Tensor rows = Tensor.zeros(s.extent(0), s.extent(2), s.extent(1), s.extent(3)).transpose(1, 2);
        rows.copyFrom(t);
        return rows;
    }

    private static Tensor filled(float first, float second) {
        return Tensor.of(Shape.of(1, 1, 1, 2), first, second);
    }

    private static Tensor scaled(Tensor t, float factor) {
        float[] elements = t.floats();
        for (int i = 0; i < elements.length; i++) {
            elements[i] *= factor;
        }
        return t;
    }
}
