package org.llmsys.vector.layers;

import static jdk.incubator.vector.FloatVector.broadcast;
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
 * GPT-2's GELU, a register at a time. A tanh of u shifted to the range 0 to 1 is a sigmoid of 2u, which takes one exponential.
 *
 * <pre>
 *   f(x) = x (1 + tanh(u)) / 2 = x s          u = sqrt(2/π) (x + 0.044715 x³)          s = 1 / (1 + exp(-2u))
 *   f'(x) = s + x s (1 - s) 2u'               u' = sqrt(2/π) (1 + 3 · 0.044715 x²)
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1606.08415">Hendrycks, Gimpel 2016, Gaussian Error Linear Units</a>
 */
@Component(service = Activation.class, property = "service.ranking:Integer=50")
@Provider(slot = "activation", algorithm = "gelu-tanh", name = "gelu-tanh-vector", summary = "GPT-2's GELU as a sigmoid, in registers",
        reference = "https://arxiv.org/abs/1606.08415")
public final class VectorGeluTanh extends VectorActivation {

    private static final float TWICE_SQRT = (float) (2 * Math.sqrt(2 / Math.PI));
    private static final float CUBIC = (float) (2 * Math.sqrt(2 / Math.PI) * 0.044715);

    @Activate
    public VectorGeluTanh(@Reference WorkerPool pool) {
        super("gelu-tanh", Slope.OF_ARGUMENT, pool);
    }

    @Override
    void values(float[] x, int xAt, float[] y, int yAt, int from, int end) {
        for (int i = from; i < end; i += SPECIES.length()) {
            FloatVector xi = FloatVector.fromArray(SPECIES, x, xAt + i);
            xi.mul(sigmoid(xi)).intoArray(y, yAt + i);
        }
    }

    @Override
    void addSlopes(float[] x, int xAt, float[] gradY, int gradYAt, float[] gradX, int gradXAt, int from, int end) {
        for (int i = from; i < end; i += SPECIES.length()) {
            FloatVector slope = slope(FloatVector.fromArray(SPECIES, x, xAt + i));
            slope.fma(FloatVector.fromArray(SPECIES, gradY, gradYAt + i), FloatVector.fromArray(SPECIES, gradX, gradXAt + i)).intoArray(gradX, gradXAt + i);
        }
    }

    /** s = 1 / (1 + exp(-2u)). */
    private static FloatVector sigmoid(FloatVector x) {
        FloatVector perX = x.mul(x).fma(broadcast(SPECIES, -CUBIC), broadcast(SPECIES, -TWICE_SQRT));         // -2u / x
        return broadcast(SPECIES, 1).div(VectorFunctions.exp(x.mul(perX)).add(1));
    }

    private static FloatVector slope(FloatVector x) {
        FloatVector s = sigmoid(x);
        FloatVector twiceSlope = x.mul(x).fma(broadcast(SPECIES, 3 * CUBIC), broadcast(SPECIES, TWICE_SQRT)); // 2u'
        return x.mul(s).mul(broadcast(SPECIES, 1).sub(s)).fma(twiceSlope, s);
    }
}
