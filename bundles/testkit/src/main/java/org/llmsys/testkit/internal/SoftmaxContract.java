package org.llmsys.testkit.internal;

import java.util.Arrays;

import org.llmsys.layers.Softmax;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.osgi.service.component.annotations.Component;

/** Every softmax: the formula in double to 1e-6, its gradient to 3e-6, added; rows with and of minus infinity; nothing overflows. */
@Component(service = Contract.class)
public final class SoftmaxContract implements Contract<Softmax> {

    private static final float NEVER = Float.NEGATIVE_INFINITY;

    @Override
    public Class<Softmax> service() {
        return Softmax.class;
    }

    @Override
    public void check(Softmax softmax, Subject subject, Checks checks) {
        boolean logarithms = subject.algorithm().equals(Softmax.LOGARITHMS);
        if (!logarithms && !subject.algorithm().equals(Softmax.PROBABILITIES)) {
            checks.skip("the formula is not one the kit knows");
            return;
        }
        for (long[] extents : new long[][] {{0, 5}, {3, 0}, {1, 1}, {13}, {2, 3, 16}, {7, 65}, {2, 207}, {300, 130}}) {
            Tensor x = Samples.shifted(Samples.normal(1, extents));
            checks.promise("forward of " + x.shape() + " leaves x alone, and may overwrite it", () -> forward(softmax, logarithms, x));
            checks.promise("backward of " + x.shape() + " adds", () -> backward(softmax, logarithms, x));
        }
        checks.promise("scores of 1000 do not overflow", () -> {
            Tensor y = apply(softmax, 2, 1000, -1000, 1000, 1000);
            Checks.close(logarithms ? -2000 : 0, y.get(0, 1), 1e-3, "beside a score 2000 larger");
            Checks.close(logarithms ? Math.log(0.5) : 0.5, y.get(1, 0), 1e-6, "beside an equal score");
        });
        checks.promise("minus infinity has probability 0, and a row of nothing else only zeros and no slope", () -> excluded(softmax, logarithms));
        checks.promise("NaN stays NaN", () -> Checks.that(Float.isNaN(apply(softmax, 3, 1, Float.NaN, 2).get(0, 0)), "a row with NaN gave a number"));
        checks.promise("many threads may call at once", () -> Checks.sameOnManyThreads(() -> {
            Tensor y = Tensor.zeros(57, 41);
            softmax.forward(Samples.normal(1, 57, 41), y);
            return Arrays.hashCode(y.floats());
        }));
        checks.promise("shapes that do not fit are refused", () -> {
            Checks.refused("(2,3) to (3,2)", () -> softmax.forward(Tensor.zeros(2, 3), Tensor.zeros(3, 2)));
            Checks.refused("a gradient of another shape", () -> softmax.backward(Tensor.zeros(2, 3), Tensor.zeros(2, 3), Tensor.zeros(6)));
            Checks.refused("a scalar", () -> softmax.forward(Tensor.zeros(), Tensor.zeros()));
        });
    }

    private static void forward(Softmax softmax, boolean logarithms, Tensor x) {
        Tensor y = Samples.shifted(Samples.normal(2, x.shape().extents()));                // to be overwritten
        Tensor before = x.copy();
        softmax.forward(x, y);
        Checks.that(Arrays.equals(before.floats(), x.copy().floats()), "x was changed");
        double[] p = probabilities(x);
        double[] got = Samples.doubles(y);
        for (int i = 0; i < p.length; i++) {
            Checks.close(logarithms ? Math.log(p[i]) : p[i], got[i], 1e-6 * (logarithms ? Math.max(1, -Math.log(p[i])) : 1), "element %d", i);
        }
        Tensor inPlace = x.copy();
        softmax.forward(inPlace, inPlace);
        Checks.that(Arrays.equals(inPlace.floats(), y.copy().floats()), "in place it differs");
    }

    private static void backward(Softmax softmax, boolean logarithms, Tensor x) {
        Tensor y = Tensor.zeros(x.shape().extents());
        softmax.forward(x, y);
        Tensor gradY = Samples.shifted(Samples.normal(3, x.shape().extents()));
        Tensor gradX = Samples.shifted(Samples.normal(4, x.shape().extents()));
        double[] expected = Samples.doubles(gradX);
        double[] p = probabilities(x);
        double[] g = Samples.doubles(gradY);
        int width = x.shape().intExtent(-1);
        double[] size = new double[p.length];
        for (int i = 0; i < p.length; i++) {
            double mean = 0;
            double total = 0;
            double absolute = 0;
            for (int u = i / width * width; u < (i / width + 1) * width; u++) {
                mean += p[u] * g[u];
                total += g[u];
                absolute += Math.abs(g[u]);
            }
            expected[i] += logarithms ? g[i] - p[i] * total : p[i] * (g[i] - mean);
            size[i] = 1 + Math.abs(g[i]) + p[i] * absolute;
        }
        softmax.backward(y, gradY, gradX);
        double[] got = Samples.doubles(gradX);
        for (int i = 0; i < p.length; i++) {
            Checks.close(expected[i], got[i], 3e-6 * size[i], "element %d", i);
        }
    }

    private static void excluded(Softmax softmax, boolean logarithms) {
        Tensor y = apply(softmax, 3, 0, NEVER, 0, NEVER, NEVER, NEVER);
        Checks.close(logarithms ? Math.log(0.5) : 0.5, y.get(0, 2), 1e-6, "beside minus infinity");
        for (int v = 0; v < 3; v++) {
            Checks.that(y.get(1, v) == (logarithms ? NEVER : 0), "element %d of a row without a choice is %s", v, y.get(1, v));
        }
        Checks.that(y.get(0, 1) == (logarithms ? NEVER : 0), "minus infinity became %s", y.get(0, 1));
        Tensor gradX = Tensor.zeros(2, 3);
        softmax.backward(y, Samples.normal(5, 2, 3), gradX);
        Checks.that(gradX.allFinite(), "the gradient is not finite");
        for (int v = 0; v < 3; v++) {
            Checks.that(gradX.get(1, v) == 0, "a row without a choice got the gradient %s", gradX.get(1, v));
        }
    }

    private static Tensor apply(Softmax softmax, int width, float... scores) {
        Tensor y = Tensor.zeros(scores.length / width, width);
        softmax.forward(Tensor.of(Shape.of(scores.length / width, width), scores), y);
        return y;
    }

    private static double[] probabilities(Tensor x) {
        double[] p = Samples.doubles(x);
        int width = x.shape().intExtent(-1);
        for (int row = 0; row < p.length; row += width) {
            double sum = 0;
            for (int v = row; v < row + width; v++) {
                p[v] = Math.exp(p[v]);
                sum += p[v];
            }
            for (int v = row; v < row + width; v++) {
                p[v] /= sum;
            }
        }
        return p;
    }
}
