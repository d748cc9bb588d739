package org.llmsys.vector.layers;

import java.util.Arrays;

import org.llmsys.layers.Softmax;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.arithmetic.Chunks;
import org.llmsys.vector.arithmetic.Row;

/** What softmax and log-softmax share around a row: the check of shapes, the cut into chunks of rows, and rows that leave no choice. */
abstract class RowSoftmax implements Softmax {

    private final String name;
    private final WorkerPool pool;

    RowSoftmax(String name, WorkerPool pool) {
        this.name = name;
        this.pool = pool;
    }

    /** One row from x to y, which may be one. @param max the largest score, above minus infinity */
    abstract void distribute(float[] x, int at, float[] y, int to, int size, float max);

    /** What a row of nothing but minus infinity gets. */
    abstract float excluded();

    /** One row of the way back, added to gradX. */
    abstract void addSlopes(float[] y, int at, float[] gradY, int gradYAt, float[] gradX, int to, int size);

    @Override
    public final void forward(Tensor x, Tensor y) {
        int width = width(x, y);
        float[] from = x.floats();
        float[] to = y.floats();
        Chunks.run(pool, rows(x, width), Chunks.rows(width), (first, end) -> {
            for (int n = first; n < end; n++) {
                int at = x.floatOffset() + n * width;
                int into = y.floatOffset() + n * width;
                float max = Row.max(from, at, width);
                if (max == Float.NEGATIVE_INFINITY) {
                    Arrays.fill(to, into, into + width, excluded());
                } else {
                    distribute(from, at, to, into, width, max);
                }
            }
        });
    }

    @Override
    public final void backward(Tensor y, Tensor gradY, Tensor gradX) {
        int width = width(y, gradY);
        width(y, gradX);
        float[] ys = y.floats();
        float[] arriving = gradY.floats();
        float[] out = gradX.floats();
        Chunks.run(pool, rows(y, width), Chunks.rows(width), (first, end) -> {
            for (int n = first; n < end; n++) {
                int row = n * width;
                addSlopes(ys, y.floatOffset() + row, arriving, gradY.floatOffset() + row, out, gradX.floatOffset() + row, width);
            }
        });
    }

    private int width(Tensor x, Tensor other) {
        if (!x.shape().equals(other.shape())) {
            throw new ShapeException(name, x.shape(), other.shape(), "the shapes differ");
        }
        if (x.shape().rank() == 0) {
            throw new ShapeException(name, x.shape(), "a scalar has no axis to go along");
        }
        return x.shape().intExtent(-1);
    }

    private static int rows(Tensor x, int width) {
        return width == 0 ? 0 : Math.toIntExact(x.size() / width);
    }
}
