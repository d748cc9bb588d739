package org.llmsys.matmul.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.osgi.service.component.annotations.Component;

/**
 * The three loops, cut into tiles that fit the cache.
 *
 * <pre>
 *   for each strip of C, WIDTH columns wide
 *     for each block of B, DEPTH x WIDTH          32 KiB: copied once, then read M times from the nearest cache
 *       for each row m of the strip
 *         for each row k of the block
 *           for each column n:  C[m,n] += A[m,k] * B[k,n]
 * </pre>
 *
 * <p>The naive order reads all of B from memory for every row of C, M*K*N elements; this one reads each element of B once and
 * reuses it M times while it is near. The sums are the same, in the same order, to the last bit.
 *
 * @see <a href="https://doi.org/10.1145/106972.106981">Lam, Rothberg, Wolf 1991, The Cache Performance and Optimizations of Blocked
 *      Algorithms</a>
 */
@Component(property = "service.ranking:Integer=10")
@Provider(slot = "matmul", algorithm = MatmulKernel.ALGORITHM, name = "tiled", numerics = MatmulKernel.FMA_K_ASCENDING,
        summary = "the same loops in cache-sized blocks, one thread", reference = "Lam, Rothberg, Wolf 1991")
public final class TiledMatmul implements MatmulKernel {

    @Override
    public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        MatmulKernel.requireFit(a, b, c);
        for (int column = 0; column < c.columns(); column += Tile.WIDTH) {
            int columns = Math.min(Tile.WIDTH, c.columns() - column);
            new Tile(0, c.rows(), column, columns).multiply(a, b, c, accumulate);
        }
    }
}
