package org.llmsys.testkit.internal;

import java.util.Map;
import java.util.function.DoubleUnaryOperator;

import org.llmsys.layers.Activation;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.osgi.service.component.annotations.Component;

/** Every activation: its function to 2e-6 of the size, its derivative as finite differences of that function say, adding and not overwriting. */
@Component(service = Contract.class)
public final class ActivationContract implements Contract<Activation> {

    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

    /** The functions by their standard names, in double. */
    private static final Map<String, DoubleUnaryOperator> FUNCTIONS = Map.ofEntries(
            Map.entry("relu", x -> Math.max(0, x)),
            Map.entry("leaky-relu", x -> Math.max(0.01 * x, x)),
            Map.entry("elu", x -> x > 0 ? x : Math.exp(x) - 1),
            Map.entry("softplus", x -> x > 700 ? x : Math.log(1 + Math.exp(x))),
            Map.entry("tanh", Math::tanh),
            Map.entry("sigmoid", x -> 1 / (1 + Math.exp(-x))),
            Map.entry("hard-sigmoid", ActivationContract::hardSigmoid),
            Map.entry("hard-swish", x -> x * hardSigmoid(x)),
            Map.entry("silu", x -> x / (1 + Math.exp(-x))),
            Map.entry("mish", x -> x * Math.tanh(Math.log(1 + Math.exp(x)))),
            Map.entry("gelu", x -> x * normalCdf(x)),
            Map.entry("quick-gelu", x -> x / (1 + Math.exp(-1.702 * x))),
            Map.entry("gelu-tanh", x -> 0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x)))));

    @Override
    public Class<Activation> service() {
        return Activation.class;
    }

    @Override
    public void check(Activation activation, Subject subject, Checks checks) {
        DoubleUnaryOperator f = FUNCTIONS.get(subject.algorithm());
        for (int size : new int[] {0, 1, 13, 207, 4098}) {
            Tensor x = inputs(size);
            Tensor y = Samples.shiftedZeros(x.shape());
            checks.promise("forward on " + size + " elements leaves x alone and is finite", () -> {
                Tensor before = x.copy();
                activation.forward(x, y);
                Checks.that(y.allFinite(), "the result is not finite");
                Checks.that(java.util.Arrays.equals(before.floats(), x.copy().floats()), "x was changed");
            });
            if (f == null) {
                checks.skip("the function is not one the kit knows");
            } else {
                checks.promise(subject.algorithm() + " of " + size + " elements", () -> {
                    for (int i = 0; i < size; i++) {
                        double value = x.get(i);
                        Checks.close(f.applyAsDouble(value), y.get(i), 2e-6 * Math.max(1, Math.abs(value)), "f(%s)", value);
                    }
                });
            }
            checks.promise("backward on " + size + " elements adds gradY * f'(x)", () -> backward(activation, f, x, y, size));
            checks.promise("backward on " + size + " elements overwrites when it need not add", () -> overwrite(activation, x, y, size));
        }
        checks.promise("many threads may call at once", () -> Checks.sameOnManyThreads(() -> {
            Tensor out = Tensor.zeros(207);
            activation.forward(inputs(207).copy(), out);
            return java.util.Arrays.hashCode(out.floats());
        }));
    }

    private static void backward(Activation activation, DoubleUnaryOperator known, Tensor x, Tensor y, int size) {
        Tensor gradY = Samples.normal(5, size);
        Tensor gradX = Samples.shifted(Samples.normal(6, size));
        Tensor before = gradX.copy();
        activation.backward(x, y, gradY, gradX);
        for (int i = 0; i < size; i++) {
            double derivative = known == null ? numericFloat(activation, x.get(i)) : numeric(known, x.get(i));
            double tolerance = known == null ? 2e-2 : 1e-5;
            Checks.close(before.get(i) + gradY.get(i) * derivative, gradX.get(i), tolerance * Math.max(1, Math.abs(gradY.get(i))), "at x = %s", x.get(i));
        }
    }

    private static void overwrite(Activation activation, Tensor x, Tensor y, int size) {
        Tensor gradY = Samples.normal(5, size);
        Tensor added = Tensor.zeros(size);
        activation.backward(x, y, gradY, added);
        Tensor wide = Samples.normal(6, size + 9L);
        Tensor before = wide.copy();
        Tensor overwritten = wide.slice(0, 4, 4 + size);
        for (int i = 0; i < size; i++) {
            overwritten.set(Double.NaN, i);
        }
        activation.backward(x, y, gradY, overwritten, false);
        Checks.that(java.util.Arrays.equals(added.floats(), overwritten.copy().floats()), "it is not what is added to zeros");
        Checks.that(wide.get(3) == before.get(3) && wide.get(4L + size) == before.get(4L + size), "it wrote outside the tensor");
    }

    private static double hardSigmoid(double x) {
        return Math.min(1, Math.max(0, x / 6 + 0.5));
    }

    private static double numeric(DoubleUnaryOperator f, double x) {
        double h = 1e-6 * Math.max(1, Math.abs(x));
        return (f.applyAsDouble(x + h) - f.applyAsDouble(x - h)) / (2 * h);
    }

    private static double numericFloat(Activation activation, float x) {
        Tensor two = Tensor.of(org.llmsys.tensor.Shape.of(2), x + 0.01f, x - 0.01f);
        Tensor y = Tensor.zeros(2);
        activation.forward(two, y);
        return (y.get(0) - y.get(1)) / (two.get(0) - (double) two.get(1));
    }

    /** Normal numbers, and the far ends where exp over- and underflows. Kinks (0) are left out. */
    private static Tensor inputs(int size) {
        Tensor x = Samples.shifted(Samples.normal(4, size));
        float[] ends = {-100, 100, -12, 12, -30, 30, 1e-6f, -1e-6f, 3.5f, -3.5f};
        for (int i = 0; i < Math.min(size - 1, ends.length); i++) {
            x.set(ends[i] == 1e-6f || ends[i] == -1e-6f ? ends[i] * 1e5 : ends[i], i);
        }
        return x;
    }

    /** The normal distribution function by a sum that is exact to double rounding for |x| up to 6, and 0 or 1 beyond. */
    static double normalCdf(double x) {
        if (x > 8.5) {
            return 1;
        }
        if (x < -38) {
            return 0;
        }
        if (x < -4) {
            return tail(-x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; n < 300 && Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
            term *= x * x / (2 * n + 1);
            sum += term;
        }
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    /** The upper tail by a continued fraction (Laplace), for x of 4 and more. */
    private static double tail(double x) {
        double fraction = x;
        for (int n = 60; n > 0; n--) {
            fraction = x + n / fraction;
        }
        return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) / fraction;
    }
}
