package org.llmsys.matmul.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.WeightPanels;
import org.llmsys.tensor.WorkerPool;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The tiles of {@code tiled}, shared among threads: C is cut into rectangles of at most {@link #HEIGHT} × {@link Tile#WIDTH}
 * elements, and each is one chunk for the {@link WorkerPool}.
 *
 * <p>Work is split over M and N, never over K: every element of C is summed by one thread, in the order of the naive loops. The cuts
 * depend on the shapes alone, so one thread and many give the same bits.
 */
@Component(property = "service.ranking:Integer=20")
@Provider(slot = "matmul", algorithm = MatmulKernel.ALGORITHM, name = "parallel", numerics = MatmulKernel.FMA_K_ASCENDING,
        summary = "the tiles over all threads")
public final class ParallelMatmul implements MatmulKernel {

    /** Rows of a tile: enough to repay the copy of a block of B, few enough that there are tiles for every thread. */
    static final int HEIGHT = 64;

    private final WorkerPool pool;
    private final MatmulKernel tiles = new TiledMatmul();

    @Activate
    public ParallelMatmul(@Reference WorkerPool pool) {
        this.pool = pool;
    }

    @Override
    public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        MatmulKernel.requireFit(a, b, c);
        int down = Math.ceilDiv(c.rows(), HEIGHT);
        int across = Math.ceilDiv(c.columns(), Tile.WIDTH);
        pool.run(Math.multiplyExact(down, across), chunk -> {
            int row = chunk % down * HEIGHT;
            int column = chunk / down * Tile.WIDTH;
            int rows = Math.min(HEIGHT, c.rows() - row);
            int columns = Math.min(Tile.WIDTH, c.columns() - column);
            new Tile(row, rows, column, columns).multiply(a, b, c, accumulate);
        });
    }

    @Override
    public void multiplyPanels(Matrix a, WeightPanels w, Matrix bias, Matrix c) {
        MatmulKernel.requireFit(a, w, bias, c);
        pool.run(w.panels(), panel -> tiles.multiplyPanel(panel, a, w, bias, c));
    }
}
