package org.llmsys.vector.layers;

import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Activation;
import org.llmsys.tensor.WorkerPool;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * ReLU, a register at a time.
 *
 * <pre>
 *   f(x) = max(0, x)          f'(x) = 1 for x > 0, else 0
 * </pre>
 *
 * @see <a href="https://proceedings.mlr.press/v15/glorot11a.html">Glorot et al. 2011, Deep Sparse Rectifier Neural Networks</a>
 */
@Component(service = Activation.class, property = "service.ranking:Integer=50")
@Provider(slot = "activation", algorithm = "relu", name = "relu-vector", summary = "max(0, x), in registers",
        reference = "https://proceedings.mlr.press/v15/glorot11a.html")
public final class VectorRelu extends VectorActivation {

    @Activate
    public VectorRelu(@Reference WorkerPool pool) {
        super("relu", Slope.OF_ARGUMENT, pool);
    }

    @Override
    void values(float[] x, int xAt, float[] y, int yAt, int from, int end) {
        for (int i = from; i < end; i += SPECIES.length()) {
            FloatVector.fromArray(SPECIES, x, xAt + i).max(0).intoArray(y, yAt + i);
        }
    }

    @Override
    void addSlopes(float[] x, int at, float[] gradY, int gradYAt, float[] gradX, int gradXAt, int from, int end) {
        for (int i = from; i < end; i += SPECIES.length()) {
            var positive = FloatVector.fromArray(SPECIES, x, at + i).compare(VectorOperators.GT, 0);
            FloatVector sum = FloatVector.fromArray(SPECIES, gradX, gradXAt + i);
            sum.add(FloatVector.fromArray(SPECIES, gradY, gradYAt + i), positive).intoArray(gradX, gradXAt + i);
        }
    }
}
