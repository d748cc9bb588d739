package org.llmsys.vector.layers;

import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Activation;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.arithmetic.VectorFunctions;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import jdk.incubator.vector.FloatVector;

/**
 * The logistic function, a register at a time; the way back needs no exponential.
 *
 * <pre>
 *   y = 1 / (1 + exp(-x))          f'(x) = y (1 - y)
 * </pre>
 *
 * @see <a href="https://doi.org/10.1038/323533a0">Rumelhart, Hinton, Williams 1986, Learning Representations by Back-propagating Errors</a>
 */
@Component(service = Activation.class, property = "service.ranking:Integer=50")
@Provider(slot = "activation", algorithm = "sigmoid", name = "sigmoid-vector", summary = "logistic function, in registers",
        reference = "https://doi.org/10.1038/323533a0")
public final class VectorSigmoid extends VectorActivation {

    @Activate
    public VectorSigmoid(@Reference WorkerPool pool) {
        super("sigmoid", Slope.OF_VALUE, pool);
    }

    @Override
    void values(float[] x, int xAt, float[] y, int yAt, int from, int end) {
        for (int i = from; i < end; i += SPECIES.length()) {
            VectorFunctions.sigmoid(FloatVector.fromArray(SPECIES, x, xAt + i)).intoArray(y, yAt + i);
        }
    }

    @Override
    void addSlopes(float[] y, int at, float[] gradY, int gradYAt, float[] gradX, int gradXAt, int from, int end) {
        for (int i = from; i < end; i += SPECIES.length()) {
            FloatVector yi = FloatVector.fromArray(SPECIES, y, at + i);
            FloatVector slope = yi.sub(yi.mul(yi));
            slope.fma(FloatVector.fromArray(SPECIES, gradY, gradYAt + i), FloatVector.fromArray(SPECIES, gradX, gradXAt + i)).intoArray(gradX, gradXAt + i);
        }
    }
}
