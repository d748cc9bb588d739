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
import jdk.incubator.vector.VectorOperators;

/**
 * GELU by the error function, a register at a time.
 *
 * <pre>
 *   f(x) = x Φ(x)          f'(x) = Φ(x) + x φ(x)          φ(x) = exp(-x²/2) / sqrt(2π)
 *   Φ(-|x|) = t (c1 + t (c2 + ... t c5)) exp(-x²/2) / 2,   t = 1 / (1 + 0.3275911 |x| / sqrt 2);   Φ(|x|) = 1 - Φ(-|x|)
 * </pre>
 *
 * <p>The error in erf is at most 5e-7: 1.5e-7 of the polynomial, the rest rounding. The slope needs exp(-x²/2) too, so backward computes one exponential for both.
 *
 * @see <a href="https://arxiv.org/abs/1606.08415">Hendrycks, Gimpel 2016, Gaussian Error Linear Units</a>; Hastings' approximation, Abramowitz and Stegun 1964, 7.1.26
 */
@Component(property = "service.ranking:Integer=50")
@Provider(slot = "activation", algorithm = "gelu", name = "gelu-vector", summary = "x * Phi(x), erf by a polynomial in registers",
        reference = "https://arxiv.org/abs/1606.08415")
public final class VectorGelu implements Activation {

    private static final float P = (float) (0.3275911 / Math.sqrt(2));
    private static final float INVERSE_SQRT_2_PI = (float) (1 / Math.sqrt(2 * Math.PI));

    private final WorkerPool pool;

    @Activate
    public VectorGelu(@Reference WorkerPool pool) {
        this.pool = pool;
    }

    @Override
    public void forward(Tensor x, Tensor y) {
        ElementLoop.forward("gelu", pool, x, y, (xs, at, ys, to, from, end) -> {
            int i = from;
            for (; i <= end - SPECIES.length(); i += SPECIES.length()) {
                value(FloatVector.fromArray(SPECIES, xs, at + i)).intoArray(ys, to + i);
            }
            if (i < end) {
                var rest = SPECIES.indexInRange(i, end);
                value(FloatVector.fromArray(SPECIES, xs, at + i, rest)).intoArray(ys, to + i, rest);
            }
        });
    }

    @Override
    public void backward(Tensor x, Tensor y, Tensor gradY, Tensor gradX) {
        ElementLoop.backward("gelu backward", pool, x, gradY, gradX, (xs, at, gs, g, out, to, from, end) -> {
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

    private static FloatVector value(FloatVector x) {
        return x.mul(normalBelow(x, VectorFunctions.exp(x.mul(x).mul(-0.5f))));
    }

    private static FloatVector slope(FloatVector x) {
        FloatVector bell = VectorFunctions.exp(x.mul(x).mul(-0.5f));                // exp(-x²/2)
        return x.mul(bell).fma(broadcast(INVERSE_SQRT_2_PI), normalBelow(x, bell));
    }

    /** Φ(x), from exp(-x²/2). */
    private static FloatVector normalBelow(FloatVector x, FloatVector bell) {
        FloatVector t = broadcast(1).div(x.abs().fma(broadcast(P), broadcast(1)));
        FloatVector p = broadcast(0.5f * 1.061405429f).fma(t, broadcast(0.5f * -1.453152027f));
        p = p.fma(t, broadcast(0.5f * 1.421413741f));
        p = p.fma(t, broadcast(0.5f * -0.284496736f));
        p = p.fma(t, broadcast(0.5f * 0.254829592f));
        FloatVector tail = p.mul(t).mul(bell);                                      // Φ(-|x|)
        return tail.blend(broadcast(1).sub(tail), x.compare(VectorOperators.GT, 0));
    }

    private static FloatVector broadcast(float x) {
        return FloatVector.broadcast(SPECIES, x);
    }
}
