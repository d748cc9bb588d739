package org.llmsys.vector.layers;

import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Softmax;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.arithmetic.Row;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import jdk.incubator.vector.FloatVector;

/**
 * Softmax, rows in parallel, a register of scores at a time: one exponential for each score.
 *
 * <pre>
 *   y[v] = exp(x[v] - max), and their sum on the way; then all divided by it
 *   dLoss/dx[v] = y[v] * (dLoss/dy[v] - sum over u of dLoss/dy[u] * y[u])
 * </pre>
 *
 * @see <a href="https://www.deeplearningbook.org/contents/mlp.html">Goodfellow et al. 2016, Deep Learning, section 6.2.2.3</a>
 */
@Component(service = Softmax.class, property = "service.ranking:Integer=50")
@Provider(slot = "softmax", algorithm = Softmax.PROBABILITIES, name = "softmax-vector", summary = "exp(x) / sum of exp(x), in registers",
        reference = "https://www.deeplearningbook.org/contents/mlp.html")
public final class VectorSoftmax extends RowSoftmax {

    @Activate
    public VectorSoftmax(@Reference WorkerPool pool) {
        super(PROBABILITIES, pool);
    }

    @Override
    void distribute(float[] x, int at, float[] y, int to, int size, float max) {
        float sum = Row.expAndSum(x, at, y, to, size, max);
        FloatVector factor = FloatVector.broadcast(SPECIES, 1 / sum);
        int whole = SPECIES.loopBound(size);
        for (int i = 0; i < whole; i += SPECIES.length()) {
            FloatVector.fromArray(SPECIES, y, to + i).mul(factor).intoArray(y, to + i);
        }
        for (int i = whole; i < size; i++) {
            y[to + i] *= 1 / sum;
        }
    }

    @Override
    float excluded() {
        return 0;
    }

    @Override
    void addSlopes(float[] y, int at, float[] gradY, int gradYAt, float[] gradX, int to, int size) {
        float mean = Row.dot(y, at, gradY, gradYAt, size);
        int whole = SPECIES.loopBound(size);
        for (int i = 0; i < whole; i += SPECIES.length()) {
            FloatVector.fromArray(SPECIES, gradY, gradYAt + i).sub(mean)
                    .fma(FloatVector.fromArray(SPECIES, y, at + i), FloatVector.fromArray(SPECIES, gradX, to + i)).intoArray(gradX, to + i);
        }
        for (int i = whole; i < size; i++) {
            gradX[to + i] = Math.fma(gradY[gradYAt + i] - mean, y[at + i], gradX[to + i]);
        }
    }
}
