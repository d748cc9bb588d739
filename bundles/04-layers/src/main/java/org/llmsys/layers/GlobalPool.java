package org.llmsys.layers;

import java.util.Arrays;
import java.util.function.Function;

import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;

/**
 * One number for each channel: a pool whose window is as large as the picture, whatever its extents.
 *
 * <pre>
 *   average: y[n,c] = mean over all places of x[n,c]          max: y[n,c] = max over all places of x[n,c]
 * </pre>
 *
 * <p>Shapes: x (N,C,...) with one axis or more behind the channels, y (N,C,1,...,1). Errors: a {@link ShapeException} for fewer axes and
 * for a picture without elements.
 *
 * <pre>{@code
 * Layer pool = GlobalPool.average();          // (N,C,H,W) to (N,C,1,1)
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/1312.4400">Lin, Chen, Yan 2013, Network in Network</a>
 */
public final class GlobalPool implements Layer {

    private final String operation;
    private final Function<Window, Layer> pool;

    private GlobalPool(String operation, Function<Window, Layer> pool) {
        this.operation = operation;
        this.pool = pool;
    }

    public static GlobalPool average() {
        return new GlobalPool("global-average-pool", window -> new AveragePool2d(window, false));
    }

    public static GlobalPool max() {
        return new GlobalPool("global-max-pool", MaxPool2d::new);
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        Shape shape = x.shape();
        long[] extents = shape.extents();
        if (extents.length < 3) {
            throw new ShapeException(operation, shape, "it needs axes behind batch and channels: (N,C,...)");
        }
        Shape picture = Shape.of(Arrays.copyOfRange(extents, 2, extents.length));
        if (picture.size() == 0) {
            throw new ShapeException(operation, shape, "a picture without elements has neither a mean nor a maximum");
        }
        Variable rows = Views.reshape(x, pass, extents[0], extents[1], picture.size());                    // (N,C,L)
        Variable y = pool.apply(Window.row(Math.toIntExact(picture.size()))).forward(rows, pass);          // (N,C,1)
        Arrays.fill(extents, 2, extents.length, 1);
        return Views.reshape(y, pass, extents);                                                            // (N,C,1,...,1)
    }
}
