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
 * SiLU, also called swish, a register at a time. Llama's activation.
 *
 * <pre>
 *   f(x) = x s,  s = 1 / (1 + exp(-x))          f'(x) = s + x s (1 - s)
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1702.03118">Elfwing et al. 2017, Sigmoid-Weighted Linear Units</a>
 */
@Component(service = Activation.class, property = "service.ranking:Integer=50")
@Provider(slot = "activation", algorithm = "silu", name = "silu-vector", summary = "x * sigmoid(x), in registers",
        reference = "https://arxiv.org/abs/1702.03118")
public final class VectorSilu extends VectorActivation {

    @Activate
    public VectorSilu(@Reference WorkerPool pool) {
        super("silu", Slope.OF_ARGUMENT, pool);
    }

    @Override
    void values(float[] x, int xAt, float[] y, int yAt, int from, int end) {
        for (int i = from; i < end; i += SPECIES.length()) {
            FloatVector xi = FloatVector.fromArray(SPECIES, x, xAt + i);
            xi.mul(VectorFunctions.sigmoid(xi)).intoArray(y, yAt + i);
        }
    }

    @Override
    void addSlopes(float[] x, int at, float[] gradY, int gradYAt, float[] gradX, int gradXAt, int from, int end) {
        for (int i = from; i < end; i += SPECIES.length()) {
            FloatVector xi = FloatVector.fromArray(SPECIES, x, at + i);
            FloatVector s = VectorFunctions.sigmoid(xi);
            FloatVector slope = xi.mul(s).fma(FloatVector.broadcast(SPECIES, 1).sub(s), s);
            slope.fma(FloatVector.fromArray(SPECIES, gradY, gradYAt + i), FloatVector.fromArray(SPECIES, gradX, gradXAt + i)).intoArray(gradX, gradXAt + i);
        }
    }
}
