package org.llmsys.layers;

import org.llmsys.tensor.Elements;

/**
 * Keeps the largest element that the window sees: whether a feature was found nearby, not exactly where.
 *
 * <pre>
 *   y[n,c,p,q] = max over i,j of x[n, c, p*stride - top + i*dilation, q*stride - left + j*dilation]
 *   dLoss/dx[winner] += dLoss/dy
 * </pre>
 *
 * <p>Of equal elements the first in row-major order wins and gets the whole gradient; NaN beats every number. Padding never wins: a
 * window that sees nothing else gives negative infinity. The winner is looked for again on the way back instead of being kept.
 *
 * <p>Shapes: x (N,C,H,W), y (N,C,OH,OW) by the {@link Window}, each axis with its own extent; with {@link Window#row} also (N,C,L).
 *
 * <p>Errors: a {@link org.llmsys.tensor.ShapeException} for another rank, a {@link org.llmsys.assembly.Problem} for a window larger than
 * the padded input.
 *
 * <pre>{@code
 * Layer pool = new MaxPool2d(Window.of(2, 2).stride(2));          // (N,C,28,28) to (N,C,14,14)
 * }</pre>
 */
public final class MaxPool2d extends Pool2d {

    public MaxPool2d(Window window) {
        super("max-pool", window);
    }

    @Override
    double pool(Elements x, PoolView view) {
        int winner = winner(x, view);
        return winner < 0 ? Double.NEGATIVE_INFINITY : x.get(winner);
    }

    @Override
    void spread(Elements x, PoolView view, double gradient, Elements gradX) {
        int winner = winner(x, view);
        if (winner >= 0) {
            gradX.add(winner, gradient);
        }
    }

    /** The largest element, or -1 when the window sees none. */
    private static int winner(Elements x, PoolView view) {
        int winner = -1;
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = view.firstRow(); i < view.endRow(); i++) {
            for (int j = view.firstColumn(); j < view.endColumn(); j++) {
                int element = view.element(i, j);
                double value = x.get(element);
                if (winner < 0 || value > largest || Double.isNaN(value)) {
                    winner = element;
                    largest = value;
                }
            }
        }
        return winner;
    }
}
