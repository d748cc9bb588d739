package org.llmsys.vector.layers;

import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Softmax;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.arithmetic.Row;
import org.llmsys.vector.arithmetic.VectorFunctions;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Logarithms of softmax, rows in parallel, a register of scores at a time.
 *
 * <pre>
 *   y[v] = x[v] - max - log(sum over u of exp(x[u] - max))
 *   dLoss/dx[v] = dLoss/dy[v] - exp(y[v]) * sum over u of dLoss/dy[u]
 * </pre>
 *
 * @see <a href="https://www.deeplearningbook.org/contents/mlp.html">Goodfellow et al. 2016, Deep Learning, section 6.2.2.3</a>
 */
@Component(service = Softmax.class, property = "service.ranking:Integer=50")
@Provider(slot = "softmax", algorithm = Softmax.LOGARITHMS, name = "log-softmax-vector", summary = "logarithm of softmax, in registers",
        reference = "https://www.deeplearningbook.org/contents/mlp.html")
public final class VectorLogSoftmax extends RowSoftmax {

    @Activate
    public VectorLogSoftmax(@Reference WorkerPool pool) {
        super(LOGARITHMS, pool);
    }

    @Override
    void distribute(float[] x, int at, float[] y, int to, int size, float max) {
        float log = (float) Math.log(Row.sumOfExp(x, at, size, max));
        int whole = SPECIES.loopBound(size);
        for (int i = 0; i < whole; i += SPECIES.length()) {
            FloatVector.fromArray(SPECIES, x, at + i).sub(max).sub(log).intoArray(y, to + i);
        }
        for (int i = whole; i < size; i++) {
            y[to + i] = x[at + i] - max - log;
        }
    }

    @Override
    float excluded() {
        return Float.NEGATIVE_INFINITY;
    }

    @Override
    void addSlopes(float[] y, int at, float[] gradY, int gradYAt, float[] gradX, int to, int size) {
        if (y[at] == Float.NEGATIVE_INFINITY && Row.max(y, at, size) == Float.NEGATIVE_INFINITY) {
            return;                                                    // a row without any choice has no slope
        }
        FloatVector total = FloatVector.broadcast(SPECIES, -Row.sum(gradY, gradYAt, size));
        for (int i = 0; i < size; i += SPECIES.length()) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, size);
            FloatVector own = FloatVector.fromArray(SPECIES, gradX, to + i, rest).add(FloatVector.fromArray(SPECIES, gradY, gradYAt + i, rest));
            VectorFunctions.exp(FloatVector.fromArray(SPECIES, y, at + i, rest)).fma(total, own).intoArray(gradX, to + i, rest);
        }
    }
}
