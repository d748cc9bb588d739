package org.llmsys.testkit.internal;

import org.llmsys.layers.Loss;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.osgi.service.component.annotations.Component;

/** Every loss the kit knows: the formula in double to 1e-6, its gradient by finite differences, added and not overwritten. */
@Component(service = Contract.class)
public final class LossContract implements Contract<Loss> {

    @Override
    public Class<Loss> service() {
        return Loss.class;
    }

    @Override
    public void check(Loss loss, Subject subject, Checks checks) {
        boolean crossEntropy = subject.algorithm().equals("cross-entropy");
        if (!crossEntropy && !subject.algorithm().equals("mean-squared-error")) {
            checks.skip("the formula is not one the kit knows");
            return;
        }
        for (int[] size : new int[][] {{1, 1}, {1, 2}, {3, 13}, {7, 65}, {2, 207}}) {
            Tensor predictions = Samples.shifted(Samples.normal(1, size[0], size[1]));
            Tensor targets = crossEntropy ? classes(size[0], size[1]) : Samples.normal(2, size[0], size[1]);
            checks.promise("the loss of (" + size[0] + "," + size[1] + ")", () -> {
                double expected = exact(crossEntropy, Samples.doubles(predictions), targets, size[1]);
                Checks.close(expected, loss.forward(predictions, targets), 1e-6 * Math.max(1, Math.abs(expected)), "loss");
            });
            checks.promise("the gradient of (" + size[0] + "," + size[1] + "), scaled and added", () -> gradient(loss, crossEntropy, predictions, targets, size));
        }
        if (crossEntropy) {
            checks.promise("logits of 1000 do not overflow", () -> {
                Tensor logits = Tensor.of(Shape.of(2, 3), 1000, 0, -1000, -1000, 0, 1000);
                Tensor targets = ids(0, 1);
                Checks.close(500, loss.forward(logits, targets), 1e-3, "loss");
                Tensor grad = Tensor.zeros(2, 3);
                loss.backward(logits, targets, 1, grad);
                Checks.that(grad.allFinite(), "the gradient is not finite");
            });
            checks.promise("a class outside the vocabulary is refused", () -> {
                Checks.refused("class 3 of 3", () -> loss.forward(Tensor.zeros(1, 3), ids(3)));
                Checks.refused("class -2", () -> loss.forward(Tensor.zeros(1, 3), ids(-2)));
            });
            checks.promise("equal logits over V classes cost ln V", () -> Checks.close(Math.log(65), loss.forward(Tensor.zeros(4, 65), ids(0, 1, 2, 64)), 1e-6, "loss"));
        }
    }

    private static void gradient(Loss loss, boolean crossEntropy, Tensor predictions, Tensor targets, int[] size) {
        Tensor grad = Samples.normal(3, size[0], size[1]);
        double[] before = Samples.doubles(grad);
        loss.backward(predictions, targets, 0.5f, grad);
        double[] x = Samples.doubles(predictions);
        double[] got = Samples.doubles(grad);
        for (int i = 0; i < x.length; i++) {
            double h = 1e-5;
            double kept = x[i];
            x[i] = kept + h;
            double up = exact(crossEntropy, x, targets, size[1]);
            x[i] = kept - h;
            double down = exact(crossEntropy, x, targets, size[1]);
            x[i] = kept;
            Checks.close(before[i] + 0.5 * (up - down) / (2 * h), got[i], 1e-6 * Math.max(1, Math.abs(before[i])), "element %d", i);
        }
    }

    /** Mean over rows; a row with class -1 does not count. */
    private static double exact(boolean crossEntropy, double[] x, Tensor targets, int width) {
        int rows = x.length / width;
        double sum = 0;
        int counted = 0;
        for (int n = 0; n < rows; n++) {
            if (!crossEntropy) {
                for (int c = 0; c < width; c++) {
                    double difference = x[n * width + c] - targets.get(n, c);
                    sum += difference * difference / width;
                }
                counted++;
            } else if (targets.getLong(n) >= 0) {
                double max = Double.NEGATIVE_INFINITY;
                for (int c = 0; c < width; c++) {
                    max = Math.max(max, x[n * width + c]);
                }
                double total = 0;
                for (int c = 0; c < width; c++) {
                    total += Math.exp(x[n * width + c] - max);
                }
                sum += max + Math.log(total) - x[n * width + (int) targets.getLong(n)];
                counted++;
            }
        }
        return sum / counted;
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
