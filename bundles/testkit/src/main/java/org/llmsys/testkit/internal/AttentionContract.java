package org.llmsys.testkit.internal;

import org.llmsys.attention.AttentionKernel;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.osgi.service.component.annotations.Component;

/**
 * Every attention kernel: forward within 1e-5 of the formula in double, causal, any strides over the first axes, grouped heads; backward
 * within 1e-4 of the derivative in double, added and not overwritten; each with and without a bias by distance.
 */
@Component(service = Contract.class)
public final class AttentionContract implements Contract<AttentionKernel> {

    /** B, NH, NKV, T, S, HS. */
    private static final int[][] SIZES = {{1, 1, 1, 1, 1, 1}, {1, 1, 1, 2, 2, 2}, {2, 3, 3, 13, 13, 7}, {1, 4, 2, 5, 18, 8},
        {2, 2, 1, 17, 17, 32}, {1, 2, 2, 1, 207, 16}, {1, 6, 3, 64, 64, 20}, {1, 1, 1, 0, 0, 4}};

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
                String what = "B,NH,NKV,T,S,HS " + java.util.Arrays.toString(size) + (headsInside ? ", heads inside the rows" : "");
                checks.promise("forward of " + what, () -> forward(kernel, size, headsInside, ScoreBias.NONE));
                checks.promise("backward of " + what, () -> backward(kernel, size, headsInside, ScoreBias.NONE));
                checks.promise("forward with a bias of " + what, () -> forward(kernel, size, headsInside, bias(size[1])));
                checks.promise("backward with a bias of " + what, () -> backward(kernel, size, headsInside, bias(size[1])));
            }
        }
        checks.promise("a bias for another number of heads is refused", () -> {
            Tensor out = Tensor.zeros(1, 1, 1, 2);
            try {
                kernel.forward(filled(3, 4), filled(5, 6), filled(7, 8), ScoreBias.linear(1, 2), out, null);
            } catch (ShapeException expected) {
                return;
            }
            Checks.that(false, "it was taken");
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
            return java.util.Arrays.hashCode(out.floats());
        }));
    }

    /** Slopes from steep to flat, no two alike. */
    private static ScoreBias bias(int heads) {
        double[] slopes = new double[heads];
        for (int h = 0; h < heads; h++) {
            slopes[h] = 0.5 / (h + 1);
        }
        return ScoreBias.linear(slopes);
    }

    private static void forward(AttentionKernel kernel, int[] s, boolean headsInside, ScoreBias bias) {
        Case c = new Case(s, headsInside);
        kernel.forward(c.q, c.k, c.v, bias, c.out, c.logSumExp);
        AttentionInDouble exact = new AttentionInDouble(c.q, c.k, c.v, bias);
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

    private static void backward(AttentionKernel kernel, int[] s, boolean headsInside, ScoreBias bias) {
        Case c = new Case(s, headsInside);
        kernel.forward(c.q, c.k, c.v, bias, c.out, c.logSumExp);
        Tensor gradOut = layout(Samples.normal(4, s[0], s[1], s[3], s[5]), headsInside);
        Tensor gradQ = layout(Samples.normal(5, s[0], s[1], s[3], s[5]), headsInside);
        Tensor gradK = layout(Samples.normal(6, s[0], s[2], s[4], s[5]), headsInside);
        Tensor gradV = layout(Samples.normal(7, s[0], s[2], s[4], s[5]), headsInside);
        AttentionInDouble exact = new AttentionInDouble(c.q, c.k, c.v, bias);
        double[][] expected = exact.gradients(gradOut, gradQ, gradK, gradV);
        kernel.backward(c.q, c.k, c.v, bias, c.out, c.logSumExp, gradOut, gradQ, gradK, gradV);
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
