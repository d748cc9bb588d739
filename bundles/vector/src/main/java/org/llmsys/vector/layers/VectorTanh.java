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
 * The hyperbolic tangent, a register at a time; the way back needs no exponential.
 *
 * <pre>
 *   y = tanh(x)          f'(x) = 1 - y²
 * </pre>
 *
 * @see <a href="http://yann.lecun.com/exdb/publis/pdf/lecun-98b.pdf">LeCun et al. 1998, Efficient BackProp, section 4.4</a>
 */
@Component(service = Activation.class, property = "service.ranking:Integer=50")
@Provider(slot = "activation", algorithm = "tanh", name = "tanh-vector", summary = "hyperbolic tangent, in registers",
        reference = "http://yann.lecun.com/exdb/publis/pdf/lecun-98b.pdf")
public final class VectorTanh extends VectorActivation {

    @Activate
    public VectorTanh(@Reference WorkerPool pool) {
        super("tanh", Slope.OF_VALUE, pool);
    }

    @Override
    void values(float[] x, int xAt, float[] y, int yAt, int from, int end) {
        for (int i = from; i < end; i += SPECIES.length()) {
            VectorFunctions.tanh(FloatVector.fromArray(SPECIES, x, xAt + i)).intoArray(y, yAt + i);
        }
    }

    @Override
    void addSlopes(float[] y, int at, float[] gradY, int gradYAt, float[] gradX, int gradXAt, int from, int end) {
        for (int i = from; i < end; i += SPECIES.length()) {
            FloatVector yi = FloatVector.fromArray(SPECIES, y, at + i);
            FloatVector slope = yi.neg().fma(yi, FloatVector.broadcast(SPECIES, 1));
            slope.fma(FloatVector.fromArray(SPECIES, gradY, gradYAt + i), FloatVector.fromArray(SPECIES, gradX, gradXAt + i)).intoArray(gradX, gradXAt + i);
        }
    }
}
