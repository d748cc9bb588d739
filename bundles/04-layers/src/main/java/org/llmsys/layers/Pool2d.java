package org.llmsys.layers;

import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** What pools share: a {@link Window} that slides over every channel of every picture on its own. */
abstract sealed class Pool2d implements Layer permits MaxPool2d, AveragePool2d {

    private final String operation;
    private final Window window;

    Pool2d(String operation, Window window) {
        this.operation = operation;
        this.window = window;
    }

    /** The output of one place. */
    abstract double pool(Elements x, PoolView view);

    /** Adds the gradient of one place to those of the elements it saw. */
    abstract void spread(Elements x, PoolView view, double gradient, Elements gradX);

    @Override
    public final Variable forward(Variable input, Pass pass) {
        requireRank(input.shape());
        Variable x = Views.contiguous(input, pass);
        SlidingAxis.Pair axes = SlidingAxis.of(operation, window, x.shape().rank() == 3 ? 1 : x.shape().intExtent(2), x.shape().intExtent(-1));
        Tensor y = pass.blank(outputShape(x.shape(), axes));
        Elements from = x.value().elements();
        Elements to = y.elements();
        forEachPlace(axes, planes(x.shape()), (place, view) -> to.set(place, pool(from, view)));
        return pass.tape().record(operation, y, (gradY, gradients) -> {
            if (gradients.wanted(x)) {
                Elements g = gradY.elements();
                Elements gradX = gradients.into(x).elements();
                forEachPlace(axes, planes(x.shape()), (place, view) -> spread(from, view, g.get(place), gradX));
            }
        }, x);
    }

    private interface Visitor {
        void at(int place, PoolView view);
    }

    private static void forEachPlace(SlidingAxis.Pair axes, int planes, Visitor visitor) {
        PoolView view = new PoolView(axes);
        int place = 0;
        for (int plane = 0; plane < planes; plane++) {
            for (int row = 0; row < axes.rows().output(); row++) {
                view.moveToRow(plane * axes.inputs(), row);
                for (int column = 0; column < axes.columns().output(); column++) {
                    view.moveToColumn(column);
                    visitor.at(place++, view);
                }
            }
        }
    }

    private void requireRank(Shape x) {
        if (x.rank() != 4 && !(x.rank() == 3 && window.isRow())) {
            throw new ShapeException(operation, x, "a pool slides over (N,C,H,W), and with a window one row high also over (N,C,L)");
        }
    }

    private static int planes(Shape x) {
        return Math.toIntExact(x.extent(0) * x.extent(1));
    }

    private static Shape outputShape(Shape x, SlidingAxis.Pair axes) {
        return x.rank() == 3 ? Shape.of(x.extent(0), x.extent(1), axes.columns().output())
                : Shape.of(x.extent(0), x.extent(1), axes.rows().output(), axes.columns().output());
    }
}
