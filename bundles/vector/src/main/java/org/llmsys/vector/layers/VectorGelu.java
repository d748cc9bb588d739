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
@Component(service = Activation.class, property = "service.ranking:Integer=50")
@Provider(slot = "activation", algorithm = "gelu", name = "gelu-vector", summary = "x * Phi(x), erf by a polynomial in registers",
        reference = "https://arxiv.org/abs/1606.08415")
public final class VectorGelu extends VectorActivation {

    private static final float P = (float) (0.3275911 / Math.sqrt(2));
    private static final float INVERSE_SQRT_2_PI = (float) (1 / Math.sqrt(2 * Math.PI));

    @Activate
    public VectorGelu(@Reference WorkerPool pool) {
        super("gelu", Slope.OF_ARGUMENT, pool);
    }

    @Override
    void values(float[] x, int xAt, float[] y, int yAt, int from, int end) {
        for (int i = from; i < end; i += SPECIES.length()) {
            value(FloatVector.fromArray(SPECIES, x, xAt + i)).intoArray(y, yAt + i);
        }
    }

    @Override
    void addSlopes(float[] x, int xAt, float[] gradY, int gradYAt, float[] gradX, int gradXAt, int from, int end) {
        for (int i = from; i < end; i += SPECIES.length()) {
            FloatVector slope = slope(FloatVector.fromArray(SPECIES, x, xAt + i));
            slope.fma(FloatVector.fromArray(SPECIES, gradY, gradYAt + i), FloatVector.fromArray(SPECIES, gradX, gradXAt + i)).intoArray(gradX, gradXAt + i);
        }
    }

    private static FloatVector value(FloatVector x) {
        return x.mul(normalBelow(x, VectorFunctions.exp(x.mul(x).mul(-0.5f))));
    }

    private static FloatVector slope(FloatVector x) {
        FloatVector bell = VectorFunctions.exp(x.mul(x).mul(-0.5f));                // exp(-x²/2)
        return x.mul(bell).fma(broadcast(SPECIES, INVERSE_SQRT_2_PI), normalBelow(x, bell));
    }

    /** Φ(x), from exp(-x²/2). */
    private static FloatVector normalBelow(FloatVector x, FloatVector bell) {
        FloatVector t = broadcast(SPECIES, 1).div(x.abs().fma(broadcast(SPECIES, P), broadcast(SPECIES, 1)));
        FloatVector p = broadcast(SPECIES, 0.5f * 1.061405429f).fma(t, broadcast(SPECIES, 0.5f * -1.453152027f));
        p = p.fma(t, broadcast(SPECIES, 0.5f * 1.421413741f));
        p = p.fma(t, broadcast(SPECIES, 0.5f * -0.284496736f));
        p = p.fma(t, broadcast(SPECIES, 0.5f * 0.254829592f));
        FloatVector tail = p.mul(t).mul(bell);                                      // Φ(-|x|)
        return tail.blend(broadcast(SPECIES, 1).sub(tail), x.compare(VectorOperators.GT, 0));
    }
}
