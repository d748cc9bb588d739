package org.llmsys.layers;

import org.llmsys.tensor.Elements;

/**
 * The mean of what the window sees.
 *
 * <pre>
 *   y[n,c,p,q] = sum over i,j of x[n, c, p*stride - top + i*dilation, q*stride - left + j*dilation] / count
 *   dLoss/dx += dLoss/dy / count        for each element seen
 * </pre>
 *
 * <p>The count is that of the elements seen, or, when padding counts, of those and the zeros around them. What a window that was rounded up
 * sees beyond the padding never counts. A window that sees nothing that counts gives 0.
 *
 * <p>Shapes, errors: as {@link MaxPool2d}.
 *
 * <pre>{@code
 * Layer pool = new AveragePool2d(Window.of(3, 3).stride(2).padding(1), false);       // (N,C,28,28) to (N,C,14,14)
 * }</pre>
 */
public final class AveragePool2d extends Pool2d {

    private final boolean countPadding;

    /** @param countPadding whether zeros of the padding count: 0 in ONNX, true in PyTorch, unless said otherwise */
    public AveragePool2d(Window window, boolean countPadding) {
        super("average-pool", window);
        this.countPadding = countPadding;
    }

    @Override
    double pool(Elements x, PoolView view) {
        double sum = 0;
        for (int i = view.firstRow(); i < view.endRow(); i++) {
            for (int j = view.firstColumn(); j < view.endColumn(); j++) {
                sum += x.get(view.element(i, j));
            }
        }
        int count = count(view);
        return count == 0 ? 0 : sum / count;
    }

    @Override
    void spread(Elements x, PoolView view, double gradient, Elements gradX) {
        double share = gradient / count(view);
        for (int i = view.firstRow(); i < view.endRow(); i++) {
            for (int j = view.firstColumn(); j < view.endColumn(); j++) {
                gradX.add(view.element(i, j), share);
            }
        }
    }

    private int count(PoolView view) {
        return countPadding ? view.countWithPadding() : view.count();
    }
}
