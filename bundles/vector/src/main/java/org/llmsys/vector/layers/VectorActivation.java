package org.llmsys.vector.layers;

import java.util.Arrays;

import org.llmsys.layers.Activation;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.arithmetic.Chunks;
import org.llmsys.vector.arithmetic.VectorFunctions;

/**
 * What activations share around their inner loops: the check of shapes, the cut into chunks, and what is left over at the end.
 *
 * <p>A loop gets whole registers only. The last elements, fewer than a register, are copied into arrays of one register and go through the same
 * loop: a second loop with masks would make the compiled body twice as large, and beyond a size the compiler leaves vectors in memory.
 */
abstract class VectorActivation implements Activation {

    private static final int LANES = VectorFunctions.SPECIES.length();

    /** What the slope is computed from. */
    enum Slope {
        /** f'(x) from x. */
        OF_ARGUMENT,
        /** f'(x) from y = f(x), where that saves an exponential. */
        OF_VALUE
    }

    private final String name;
    private final Slope slope;
    private final WorkerPool pool;

    VectorActivation(String name, Slope slope, WorkerPool pool) {
        this.name = name;
        this.slope = slope;
        this.pool = pool;
    }

    /** Elements {@code from} to {@code end}, whole registers, of y = f(x), each array with the place of its element 0; x may be y. */
    abstract void values(float[] x, int xAt, float[] y, int yAt, int from, int end);

    /** Elements {@code from} to {@code end}, whole registers, of gradX += gradY * slope; the slope is that of {@code source}, x or y. */
    abstract void addSlopes(float[] source, int at, float[] gradY, int gradYAt, float[] gradX, int gradXAt, int from, int end);

    @Override
    public final void forward(Tensor x, Tensor y) {
        requireSameShape(x, y);
        Chunks.run(pool, Math.toIntExact(x.size()), Chunks.ELEMENTS, (from, to) -> {
            int whole = from + (to - from) / LANES * LANES;
            values(x.floats(), x.floatOffset(), y.floats(), y.floatOffset(), from, whole);
            if (whole < to) {
                float[] rest = rest(x, whole, to);
                values(rest, 0, rest, 0, 0, LANES);
                putBack(rest, y, whole, to);
            }
        });
    }

    @Override
    public final void backward(Tensor x, Tensor y, Tensor gradY, Tensor gradX) {
        backward(x, y, gradY, gradX, true);
    }

    @Override
    public final void backward(Tensor x, Tensor y, Tensor gradY, Tensor gradX, boolean accumulate) {
        requireSameShape(x, y);
        requireSameShape(x, gradY);
        requireSameShape(x, gradX);
        Tensor source = slope == Slope.OF_ARGUMENT ? x : y;
        Chunks.run(pool, Math.toIntExact(x.size()), Chunks.ELEMENTS, (from, to) -> {
            if (!accumulate) {                                         // just before it is added to: it is still in the cache then
                Arrays.fill(gradX.floats(), gradX.floatOffset() + from, gradX.floatOffset() + to, 0);
            }
            int whole = from + (to - from) / LANES * LANES;
            addSlopes(source.floats(), source.floatOffset(), gradY.floats(), gradY.floatOffset(), gradX.floats(), gradX.floatOffset(), from, whole);
            if (whole < to) {
                float[] rest = rest(gradX, whole, to);
                addSlopes(rest(source, whole, to), 0, rest(gradY, whole, to), 0, rest, 0, 0, LANES);
                putBack(rest, gradX, whole, to);
            }
        });
    }

    private static float[] rest(Tensor t, int from, int to) {
        float[] rest = new float[LANES];
        System.arraycopy(t.floats(), t.floatOffset() + from, rest, 0, to - from);
        return rest;
    }

    private static void putBack(float[] rest, Tensor t, int from, int to) {
        System.arraycopy(rest, 0, t.floats(), t.floatOffset() + from, to - from);
    }

    private void requireSameShape(Tensor x, Tensor other) {
        if (!x.shape().equals(other.shape())) {
            throw new ShapeException(name, x.shape(), other.shape(), "an activation works on tensors of one shape");
        }
    }
}
