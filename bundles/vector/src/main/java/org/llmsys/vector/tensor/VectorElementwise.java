package org.llmsys.vector.tensor;

import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import org.llmsys.assembly.Provider;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.arithmetic.Chunks;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import jdk.incubator.vector.FloatVector;

/**
 * Element by element, a register at a time, in chunks over all threads. Each element is rounded once, as in the reference, so the
 * results are equal bit for bit.
 */
@Component(property = "service.ranking:Integer=50")
@Provider(slot = "elementwise", algorithm = ElementwiseKernel.ALGORITHM, name = "elementwise-vector", numerics = ElementwiseKernel.ROUNDED_ONCE,
        summary = "a register at a time, over all threads")
public final class VectorElementwise implements ElementwiseKernel {

    private static final int LANES = SPECIES.length();

    private final WorkerPool pool;

    @Activate
    public VectorElementwise(@Reference WorkerPool pool) {
        this.pool = pool;
    }

    @Override
    public void add(Tensor a, Tensor b, Tensor out) {
        run("add", a, b, out, (x, xAt, y, yAt, z, zAt, size) -> {
            int i = 0;
            for (; i <= size - LANES; i += LANES) {
                FloatVector.fromArray(SPECIES, x, xAt + i).add(FloatVector.fromArray(SPECIES, y, yAt + i)).intoArray(z, zAt + i);
            }
            for (; i < size; i++) {
                z[zAt + i] = x[xAt + i] + y[yAt + i];
            }
        });
    }

    @Override
    public void multiply(Tensor a, Tensor b, Tensor out) {
        run("multiply", a, b, out, (x, xAt, y, yAt, z, zAt, size) -> {
            int i = 0;
            for (; i <= size - LANES; i += LANES) {
                FloatVector.fromArray(SPECIES, x, xAt + i).mul(FloatVector.fromArray(SPECIES, y, yAt + i)).intoArray(z, zAt + i);
            }
            for (; i < size; i++) {
                z[zAt + i] = x[xAt + i] * y[yAt + i];
            }
        });
    }

    @Override
    public void scale(Tensor a, float factor, Tensor out) {
        run("scale", a, a, out, (x, xAt, y, yAt, z, zAt, size) -> {
            int i = 0;
            for (; i <= size - LANES; i += LANES) {
                FloatVector.fromArray(SPECIES, x, xAt + i).mul(factor).intoArray(z, zAt + i);
            }
            for (; i < size; i++) {
                z[zAt + i] = factor * x[xAt + i];
            }
        });
    }

    @Override
    public void addScaled(Tensor a, float factor, Tensor out) {
        run("addScaled", a, a, out, (x, xAt, y, yAt, z, zAt, size) -> {
            FloatVector factors = FloatVector.broadcast(SPECIES, factor);
            int i = 0;
            for (; i <= size - LANES; i += LANES) {
                FloatVector.fromArray(SPECIES, x, xAt + i).fma(factors, FloatVector.fromArray(SPECIES, z, zAt + i)).intoArray(z, zAt + i);
            }
            for (; i < size; i++) {
                z[zAt + i] = Math.fma(factor, x[xAt + i], z[zAt + i]);
            }
        });
    }

    private void run(String operation, Tensor a, Tensor b, Tensor out, Loop loop) {
        requireSameShape(operation, a, b);
        requireSameShape(operation, a, out);
        Chunks.run(pool, Math.toIntExact(a.size()), Chunks.ELEMENTS, (from, to) -> loop.run(a.floats(), a.floatOffset() + from,
                b.floats(), b.floatOffset() + from, out.floats(), out.floatOffset() + from, to - from));
    }

    private static void requireSameShape(String operation, Tensor a, Tensor other) {
        if (!a.shape().equals(other.shape())) {
            throw new ShapeException(operation, a.shape(), other.shape(), "operands and result have one shape; expand() broadcasts");
        }
    }

    private interface Loop {
        void run(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, int size);
    }
}
