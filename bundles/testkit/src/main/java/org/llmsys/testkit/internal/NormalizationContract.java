package org.llmsys.testkit.internal;

import org.llmsys.normalization.Normalization;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.osgi.service.component.annotations.Component;

/** Every normalization: each row as the formula in double says, to 1e-5; gradients as finite differences of that formula say. */
@Component(service = Contract.class)
public final class NormalizationContract implements Contract<Normalization> {

    private static final float EPS = 1e-5f;

    @Override
    public Class<Normalization> service() {
        return Normalization.class;
    }

    @Override
    public void check(Normalization norm, Subject subject, Checks checks) {
        if (!subject.algorithm().equals("layernorm") && !subject.algorithm().equals("rmsnorm")) {
            checks.skip("the formula is not one the kit knows");
            return;
        }
        boolean centred = subject.algorithm().equals("layernorm");
        for (int[] size : new int[][] {{0, 4}, {1, 1}, {3, 13}, {5, 128}, {2, 207}}) {
            for (boolean withBeta : new boolean[] {true, false}) {
                checks.promise("forward of (" + size[0] + "," + size[1] + ")" + (withBeta ? " with beta" : ""), () -> forward(norm, centred, size[0], size[1], withBeta));
            }
            checks.promise("backward of (" + size[0] + "," + size[1] + ")", () -> backward(norm, centred, size[0], size[1]));
        }
        checks.promise("a row of equal numbers, and one far from zero, stay finite", () -> {
            Tensor x = Tensor.of(Shape.of(2, 3), 7, 7, 7, 10_000, 10_001, 10_002);
            Tensor y = Tensor.zeros(2, 3);
            norm.forward(x, ones(3), null, EPS, y, null);
            Checks.that(y.allFinite(), "not finite");
            if (centred) {
                Checks.close(0, y.get(0, 1), 1e-6, "a constant row");
                Checks.close(1.2247, y.get(1, 2), 1e-3, "a row around 10000");
            }
        });
        checks.promise("many threads may call at once", () -> Checks.sameOnManyThreads(() -> {
            Tensor y = Tensor.zeros(5, 37);
            norm.forward(Samples.normal(1, 5, 37), Samples.normal(2, 37), null, EPS, y, null);
            return java.util.Arrays.hashCode(y.floats());
        }));
    }

    private static void forward(Normalization norm, boolean centred, int rows, int width, boolean withBeta) {
        Tensor x = Samples.shifted(Samples.normal(1, rows, width));
        Tensor gamma = Samples.normal(2, width);
        Tensor beta = withBeta ? Samples.normal(3, width) : null;
        Tensor y = Samples.shiftedZeros(x.shape());
        norm.forward(x, gamma, beta, EPS, y, Tensor.zeros(rows, 2));
        for (int n = 0; n < rows; n++) {
            double[] expected = row(centred, Samples.doubles(x.select(0, n).copy()), Samples.doubles(gamma), withBeta ? Samples.doubles(beta) : new double[width]);
            for (int c = 0; c < width; c++) {
                Checks.close(expected[c], y.get(n, c), 1e-5 * Math.max(1, Math.abs(expected[c])), "element (%d,%d)", n, c);
            }
        }
    }

    private static void backward(Normalization norm, boolean centred, int rows, int width) {
        Tensor x = Samples.normal(1, rows, width);
        Tensor gamma = Samples.normal(2, width);
        Tensor gradY = Samples.normal(4, rows, width);
        Tensor saved = Tensor.zeros(rows, 2);
        norm.forward(x, gamma, null, EPS, Tensor.zeros(rows, width), saved);
        Tensor gradX = Samples.normal(5, rows, width);
        Tensor gradGamma = Samples.normal(6, width);
        Tensor gradBeta = Samples.normal(7, width);
        Tensor[] before = {gradX.copy(), gradGamma.copy(), gradBeta.copy()};
        norm.backward(x, gamma, saved, gradY, gradX, gradGamma, gradBeta);
        double[] g = Samples.doubles(gamma);
        for (int n = 0; n < rows; n++) {
            double[] xs = Samples.doubles(x.select(0, n).copy());
            for (int c = 0; c < width; c++) {
                double h = 1e-5;
                double kept = xs[c];
                xs[c] = kept + h;
                double up = weighted(centred, xs, g, gradY, n);
                xs[c] = kept - h;
                double down = weighted(centred, xs, g, gradY, n);
                xs[c] = kept;
                Checks.close(before[0].get(n, c) + (up - down) / (2 * h), gradX.get(n, c), 2e-4 * Math.max(1, Math.abs((up - down) / (2 * h))), "gradX (%d,%d)", n, c);
            }
        }
        for (int c = 0; c < width; c++) {
            double dGamma = before[1].get(c);
            double dBeta = before[2].get(c);
            for (int n = 0; n < rows; n++) {
                dGamma += gradY.get(n, c) * row(centred, Samples.doubles(x.select(0, n).copy()), ones(width, 1), new double[width])[c];
                dBeta += gradY.get(n, c);
            }
            Checks.close(dGamma, gradGamma.get(c), 1e-4 * Math.max(1, Math.abs(dGamma)), "gradGamma %d", c);
            Checks.close(dBeta, gradBeta.get(c), 1e-4 * Math.max(1, Math.abs(dBeta)), "gradBeta %d", c);
        }
        norm.backward(x, gamma, saved, gradY, gradX, null, null);
    }

    private static double weighted(boolean centred, double[] x, double[] gamma, Tensor gradY, int n) {
        double[] y = row(centred, x, gamma, new double[x.length]);
        double sum = 0;
        for (int c = 0; c < y.length; c++) {
            sum += y[c] * gradY.get(n, c);
        }
        return sum;
    }

    /** One row in double: layernorm when centred, else rmsnorm. */
    private static double[] row(boolean centred, double[] x, double[] gamma, double[] beta) {
        double mean = 0;
        for (double v : x) {
            mean += centred ? v / x.length : 0;
        }
        double square = 0;
        for (double v : x) {
            square += (v - mean) * (v - mean) / x.length;
        }
        double[] y = new double[x.length];
        for (int c = 0; c < x.length; c++) {
            y[c] = gamma[c] * (x[c] - mean) / Math.sqrt(square + EPS) + beta[c];
        }
        return y;
    }

    private static Tensor ones(int width) {
        Tensor ones = Tensor.zeros(width);
        java.util.Arrays.fill(ones.floats(), 1);
        return ones;
    }

    private static double[] ones(int width, double value) {
        double[] ones = new double[width];
        java.util.Arrays.fill(ones, value);
        return ones;
    }
}
