package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Softmax;
import org.llmsys.tensor.Elements;
import org.osgi.service.component.annotations.Component;

/**
 * Probabilities from scores: the larger a score, the more of the whole it gets.
 *
 * <pre>
 *   y[v] = exp(x[v] - max) / sum over u of exp(x[u] - max)
 *   dLoss/dx[v] = y[v] * (dLoss/dy[v] - sum over u of dLoss/dy[u] * y[u])
 * </pre>
 *
 * <p>What is taken off in the gradient is the mean slope: raising all scores together changes nothing.
 *
 * @see <a href="https://www.deeplearningbook.org/contents/mlp.html">Goodfellow et al. 2016, Deep Learning, section 6.2.2.3</a>
 */
@Component(service = Softmax.class)
@Provider(slot = "softmax", algorithm = Softmax.PROBABILITIES, name = "softmax", numerics = "scalar-double",
        summary = "exp(x) / sum of exp(x), row by row", reference = "https://www.deeplearningbook.org/contents/mlp.html")
public final class ProbabilitySoftmax extends ScalarSoftmax {

    @Override
    double value(ShiftedSum row, double x) {
        return row.probability(x);
    }

    @Override
    void addSlopes(Elements y, Elements gradY, Elements gradX, int from, int end) {
        double mean = 0;
        for (int v = from; v < end; v++) {
            mean += gradY.get(v) * y.get(v);
        }
        for (int v = from; v < end; v++) {
            gradX.add(v, y.get(v) * (gradY.get(v) - mean));
        }
    }
}
