package org.llmsys.layers.internal;

import org.llmsys.layers.Loss;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Tensor;

/** The two loops of all losses that compare number with number: each is a function of both and its slope, averaged over a row in double. */
abstract class ScalarLoss implements Loss {

    /** How far a prediction is from its target. */
    abstract double value(double prediction, double target);

    /** dvalue/dprediction. */
    abstract double slope(double prediction, double target);

    @Override
    public final void forward(Tensor predictions, Tensor targets, Tensor losses) {
        Loss.requireValues(getClass().getSimpleName(), predictions, targets, losses);
        int width = predictions.shape().intExtent(1);
        Elements p = predictions.elements();
        Elements t = targets.elements();
        Elements out = losses.elements();
        for (int n = 0; n < out.size(); n++) {
            double sum = 0;
            for (int i = n * width; i < (n + 1) * width; i++) {
                sum += value(p.get(i), t.get(i));
            }
            out.set(n, width == 0 ? 0 : sum / width);
        }
    }

    @Override
    public final void backward(Tensor predictions, Tensor targets, Tensor gradLosses, Tensor gradPredictions) {
        String operation = getClass().getSimpleName() + " backward";
        Loss.requireValues(operation, predictions, targets, gradLosses);
        Loss.requireGradient(operation, predictions, gradPredictions);
        int width = predictions.shape().intExtent(1);
        Elements p = predictions.elements();
        Elements t = targets.elements();
        Elements arriving = gradLosses.elements();
        Elements gradient = gradPredictions.elements();
        for (int n = 0; n < arriving.size(); n++) {
            for (int i = n * width; i < (n + 1) * width; i++) {
                gradient.add(i, arriving.get(n) * slope(p.get(i), t.get(i)) / width);
            }
        }
    }
}
