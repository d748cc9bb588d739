package org.llmsys.testkit.internal;

import java.util.Map;

import org.llmsys.layers.Loss;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.osgi.service.component.annotations.Component;

/** Every loss the kit knows: each row's formula in double to 1e-6, its gradient by finite differences, added and not overwritten. */
@Component(service = Contract.class)
public final class LossContract implements Contract<Loss> {

    /** The loss of one row in double, from its predictions and its target: a class, or as many numbers. */
    private interface Formula {
        double of(double[] x, double[] target);
    }

    private static final Formula CROSS_ENTROPY = (x, target) -> logSumExp(x) - x[(int) target[0]];
    private static final Formula LOG_LIKELIHOOD = (x, target) -> -x[(int) target[0]];

    private static final Map<String, Formula> FORMULAS = Map.of(
            "cross-entropy", CROSS_ENTROPY,
            "negative-log-likelihood", LOG_LIKELIHOOD,
            "mean-squared-error", mean((p, t) -> (p - t) * (p - t)),
            "mean-absolute-error", mean((p, t) -> Math.abs(p - t)),
            "huber", mean((p, t) -> Math.abs(p - t) < 1 ? (p - t) * (p - t) / 2 : Math.abs(p - t) - 0.5),
            "binary-cross-entropy", mean((p, t) -> -t * Math.log(p) - (1 - t) * Math.log(1 - p)),
            "binary-cross-entropy-with-logits", mean((x, t) -> t * Math.log1p(Math.exp(-x)) + (1 - t) * Math.log1p(Math.exp(x))));

    @Override
    public Class<Loss> service() {
        return Loss.class;
    }

    @Override
    public void check(Loss loss, Subject subject, Checks checks) {
        Formula formula = FORMULAS.get(subject.algorithm());
        if (formula == null) {
            checks.skip("the formula is not one the kit knows");
            return;
        }
        boolean classes = formula == CROSS_ENTROPY || formula == LOG_LIKELIHOOD;
        boolean probabilities = subject.algorithm().equals("binary-cross-entropy");
        for (int[] size : new int[][] {{0, 3}, {1, 1}, {1, 2}, {3, 13}, {7, 65}, {2, 207}}) {
            Tensor predictions = Samples.shifted(probabilities ? probabilities(1, size) : Samples.normal(1, size[0], size[1]));
            Tensor targets = classes ? classes(size[0], size[1]) : Samples.shifted(probabilities(2, size));
            String shape = "(" + size[0] + "," + size[1] + ")";
            checks.promise("the losses of " + shape, () -> forward(loss, formula, predictions, targets));
            checks.promise("the gradient of " + shape + ", scaled row by row and added", () -> backward(loss, formula, predictions, targets));
        }
        checks.promise("many threads may call at once", () -> Checks.sameOnManyThreads(() -> {
            Tensor losses = Tensor.zeros(57);
            loss.forward(probabilities(1, 57, 41), classes ? classes(57, 41) : probabilities(2, 57, 41), losses);
            return java.util.Arrays.hashCode(losses.floats());
        }));
        checks.promise("shapes that do not fit are refused", () -> {
            Tensor fitting = classes ? ids(0, 0) : Tensor.zeros(2, 3);
            Checks.refused("(2,3) with one target", () -> loss.forward(Tensor.zeros(2, 3), classes ? ids(0) : Tensor.zeros(1, 3), Tensor.zeros(2)));
            Checks.refused("(2,3) with three losses", () -> loss.forward(Tensor.zeros(2, 3), fitting, Tensor.zeros(3)));
            Checks.refused("a gradient of another shape", () -> loss.backward(Tensor.zeros(2, 3), fitting, Tensor.zeros(2), Tensor.zeros(3, 2)));
        });
        if (classes) {
            checks.promise("a class outside the vocabulary is refused", () -> {
                Checks.refused("class 3 of 3", () -> loss.forward(Tensor.zeros(1, 3), ids(3), Tensor.zeros(1)));
                Checks.refused("class -2", () -> loss.forward(Tensor.zeros(1, 3), ids(-2), Tensor.zeros(1)));
            });
        }
        if (formula == CROSS_ENTROPY) {
            farOut(loss, checks);
        }
    }

    private static void farOut(Loss loss, Checks checks) {
        checks.promise("logits of 1000 do not overflow", () -> {
            Tensor logits = Tensor.of(Shape.of(2, 3), 1000, 0, -1000, -1000, 0, 1000);
            Tensor losses = Tensor.zeros(2);
            loss.forward(logits, ids(0, 1), losses);
            Checks.close(0, losses.get(0), 1e-6, "loss of the sure row");
            Checks.close(1000, losses.get(1), 1e-3, "loss of the other");
            Tensor gradient = Tensor.zeros(2, 3);
            loss.backward(logits, ids(0, 1), Tensor.of(Shape.of(2), 1, 1), gradient);
            Checks.that(gradient.allFinite(), "the gradient is not finite");
        });
        checks.promise("a row of NaN has the loss NaN", () -> {
            Tensor losses = Tensor.zeros(1);
            loss.forward(Tensor.of(Shape.of(1, 3), 1, Float.NaN, 2), ids(0), losses);
            Checks.that(Float.isNaN(losses.get(0)), "the loss is %s", losses.get(0));
        });
    }

    private static void forward(Loss loss, Formula formula, Tensor predictions, Tensor targets) {
        Tensor losses = Samples.shifted(Samples.normal(4, predictions.shape().extent(0)));          // to be overwritten
        loss.forward(predictions, targets, losses);
        for (int n = 0; n < losses.size(); n++) {
            double expected = exact(formula, row(predictions, n), row(targets, n));
            Checks.close(expected, losses.get(n), 1e-6 * Math.max(1, Math.abs(expected)), "loss of row %d", n);
        }
    }

    private static void backward(Loss loss, Formula formula, Tensor predictions, Tensor targets) {
        Tensor arriving = Samples.shifted(Samples.normal(5, predictions.shape().extent(0)));
        Tensor gradient = Samples.shifted(Samples.normal(3, predictions.shape().extents()));
        Tensor before = gradient.copy();
        loss.backward(predictions, targets, arriving, gradient);
        for (int n = 0; n < arriving.size(); n++) {
            double[] x = row(predictions, n);
            double[] target = row(targets, n);
            for (int v = 0; v < x.length; v++) {
                double h = 1e-5;
                double kept = x[v];
                x[v] = kept + h;
                double up = exact(formula, x, target);
                x[v] = kept - h;
                double down = exact(formula, x, target);
                x[v] = kept;
                double slope = arriving.get(n) * (up - down) / (2 * h);
                Checks.close(before.get(n, v) + slope, gradient.get(n, v), 2e-6 * Math.max(1, Math.max(Math.abs(before.get(n, v)), Math.abs(slope))),
                        "element (%d,%d)", n, v);
            }
        }
    }

    /** A row with class -1 does not count. */
    private static double exact(Formula formula, double[] x, double[] target) {
        return target[0] == -1 ? 0 : formula.of(x, target);
    }

    /** Row n in double; of a tensor of rank 1, element n. */
    private static double[] row(Tensor t, int n) {
        Tensor row = t.select(0, n);
        double[] numbers = new double[Math.toIntExact(row.size())];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = row.shape().rank() == 0 ? row.getDouble() : row.getDouble(i);
        }
        return numbers;
    }

    private static Formula mean(java.util.function.DoubleBinaryOperator each) {
        return (x, target) -> {
            double sum = 0;
            for (int i = 0; i < x.length; i++) {
                sum += each.applyAsDouble(x[i], target[i]);
            }
            return sum / x.length;
        };
    }

    private static double logSumExp(double[] x) {
        double max = java.util.Arrays.stream(x).max().orElse(0);
        return max + Math.log(java.util.Arrays.stream(x).map(each -> Math.exp(each - max)).sum());
    }

    /** Between 0.02 and 0.98: with a finite logarithm, and away from where differences are taken badly. */
    private static Tensor probabilities(long place, int... size) {
        Tensor t = Samples.normal(place, size[0], size[1]);
        for (int i = 0; i < t.size(); i++) {
            t.floats()[i] = (float) (0.02 + 0.96 / (1 + Math.exp(-t.floats()[i])));
        }
        return t;
    }

    /** Class ids; of several rows the second does not count. */
    private static Tensor classes(int rows, int bound) {
        int[] ids = Samples.ids(2, rows, bound);
        if (rows > 1) {
            ids[1] = -1;
        }
        return ids(ids);
    }

    private static Tensor ids(int... ids) {
        Tensor t = Tensor.zeros(DType.I32, Shape.of(ids.length));
        for (int n = 0; n < ids.length; n++) {
            t.set(ids[n], n);
        }
        return t;
    }
}
