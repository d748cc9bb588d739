package org.llmsys.vector.layers;

import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Activation;
import org.llmsys.tensor.Tensor;
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
@Component(property = "service.ranking:Integer=50")
@Provider(slot = "activation", algorithm = "gelu-tanh", name = "gelu-tanh-vector", summary = "GPT-2's GELU as a sigmoid, in registers",
        reference = "https://arxiv.org/abs/1606.08415")
public final class VectorGeluTanh implements Activation {

    private static final float TWICE_SQRT = (float) (2 * Math.sqrt(2 / Math.PI));
    private static final float CUBIC = (float) (2 * Math.sqrt(2 / Math.PI) * 0.044715);

    private final WorkerPool pool;

    @Activate
    public VectorGeluTanh(@Reference WorkerPool pool) {
        this.pool = pool;
    }

    @Override
    public void forward(Tensor x, Tensor y) {
        ElementLoop.forward("gelu-tanh", pool, x, y, (xs, at, ys, to, from, end) -> {
            int i = from;
            for (; i <= end - SPECIES.length(); i += SPECIES.length()) {
                FloatVector xi = FloatVector.fromArray(SPECIES, xs, at + i);
                xi.mul(sigmoid(xi)).intoArray(ys, to + i);
            }
            if (i < end) {
                var rest = SPECIES.indexInRange(i, end);
                FloatVector xi = FloatVector.fromArray(SPECIES, xs, at + i, rest);
                xi.mul(sigmoid(xi)).intoArray(ys, to + i, rest);
            }
        });
    }

    @Override
    public void backward(Tensor x, Tensor y, Tensor gradY, Tensor gradX) {
        ElementLoop.backward("gelu-tanh backward", pool, x, gradY, gradX, (xs, at, gs, g, out, to, from, end) -> {
            int i = from;
            for (; i <= end - SPECIES.length(); i += SPECIES.length()) {
                FloatVector slope = slope(FloatVector.fromArray(SPECIES, xs, at + i));
                slope.fma(FloatVector.fromArray(SPECIES, gs, g + i), FloatVector.fromArray(SPECIES, out, to + i)).intoArray(out, to + i);
            }
            if (i < end) {
                var rest = SPECIES.indexInRange(i, end);
                FloatVector slope = slope(FloatVector.fromArray(SPECIES, xs, at + i, rest));
                slope.fma(FloatVector.fromArray(SPECIES, gs, g + i, rest), FloatVector.fromArray(SPECIES, out, to + i, rest)).intoArray(out, to + i, rest);
            }
        });
    }

    /** s = 1 / (1 + exp(-2u)). */
    private static FloatVector sigmoid(FloatVector x) {
        FloatVector perX = x.mul(x).fma(broadcast(-CUBIC), broadcast(-TWICE_SQRT));         // -2u / x
        return broadcast(1).div(VectorFunctions.exp(x.mul(perX)).add(1));
    }

    private static FloatVector slope(FloatVector x) {
        FloatVector s = sigmoid(x);
        FloatVector twiceSlope = x.mul(x).fma(broadcast(3 * CUBIC), broadcast(TWICE_SQRT)); // 2u'
        return x.mul(s).mul(broadcast(1).sub(s)).fma(twiceSlope, s);
    }

    private static FloatVector broadcast(float x) {
        return FloatVector.broadcast(SPECIES, x);
    }
}
