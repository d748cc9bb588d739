package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Softmax;
import org.llmsys.tensor.Elements;
import org.osgi.service.component.annotations.Component;

/**
 * Logarithms of probabilities from scores, without rounding a small probability to 0 before its logarithm is taken.
 *
 * <pre>
 *   y[v] = x[v] - max - log(sum over u of exp(x[u] - max))
 *   dLoss/dx[v] = dLoss/dy[v] - exp(y[v]) * sum over u of dLoss/dy[u]
 * </pre>
 *
 * @see <a href="https://www.deeplearningbook.org/contents/mlp.html">Goodfellow et al. 2016, Deep Learning, section 6.2.2.3</a>
 */
@Component(service = Softmax.class)
@Provider(slot = "softmax", algorithm = Softmax.LOGARITHMS, name = "log-softmax", numerics = "scalar-double",
        summary = "logarithm of softmax, row by row", reference = "https://www.deeplearningbook.org/contents/mlp.html")
public final class LogSoftmax extends ScalarSoftmax {

    @Override
    double value(ShiftedSum row, double x) {
        return row.logProbability(x);
    }

    @Override
    void addSlopes(Elements y, Elements gradY, Elements gradX, int from, int end) {
        boolean anything = false;                            // a row without any choice has no slope
        double total = 0;
        for (int v = from; v < end; v++) {
            anything |= y.get(v) != Double.NEGATIVE_INFINITY;
            total += gradY.get(v);
        }
        for (int v = from; anything && v < end; v++) {
            gradX.add(v, gradY.get(v) - Math.exp(y.get(v)) * total);
        }
    }
}
