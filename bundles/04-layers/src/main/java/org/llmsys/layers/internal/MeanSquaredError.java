package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Loss;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.osgi.service.component.annotations.Component;

/**
 * How far numbers are from the right ones.
 *
 * <pre>
 *   loss = mean over all N*V elements of (prediction - target)²          dLoss/dprediction = 2 * (prediction - target) / (N*V)
 * </pre>
 *
 * <p>Without any element the loss is 0.
 *
 * @see <a href="https://www.deeplearningbook.org/contents/ml.html">Goodfellow et al. 2016, Deep Learning, section 5.1.4</a>
 */
@Component
@Provider(slot = "loss", algorithm = "mean-squared-error", name = "mean-squared-error", numerics = "scalar-double",
        summary = "mean of the squared differences", reference = "https://www.deeplearningbook.org/contents/ml.html")
public final class MeanSquaredError implements Loss {

    @Override
    public double forward(Tensor predictions, Tensor targets) {
        requireSameShape(predictions, targets);
        float[] p = predictions.floats();
        float[] t = targets.floats();
        int size = Math.toIntExact(predictions.size());
        double sum = 0;
        for (int i = 0; i < size; i++) {
            double difference = (double) p[predictions.floatOffset() + i] - t[targets.floatOffset() + i];
            sum += difference * difference;
        }
        return size == 0 ? 0 : sum / size;
    }

    @Override
    public void backward(Tensor predictions, Tensor targets, float scale, Tensor gradPredictions) {
        requireSameShape(predictions, targets);
        requireSameShape(predictions, gradPredictions);
        float[] p = predictions.floats();
        float[] t = targets.floats();
        float[] g = gradPredictions.floats();
        int size = Math.toIntExact(predictions.size());
        double share = 2.0 * scale / Math.max(1, size);
        for (int i = 0; i < size; i++) {
            double difference = (double) p[predictions.floatOffset() + i] - t[targets.floatOffset() + i];
            g[gradPredictions.floatOffset() + i] += (float) (share * difference);
        }
    }

    private static void requireSameShape(Tensor predictions, Tensor other) {
        if (!predictions.shape().equals(other.shape())) {
            throw new ShapeException("mean squared error", predictions.shape(), other.shape(), "the shapes differ");
        }
    }
}
