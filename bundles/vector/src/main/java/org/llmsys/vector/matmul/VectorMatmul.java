package org.llmsys.vector.matmul;

import org.llmsys.assembly.Provider;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.tensor.WorkerPool;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import jdk.incubator.vector.FloatVector;

/**
 * Matrix multiplication in vector registers: large products are packed into panels and run through a register-tiled
 * {@link MicroKernel}; products of a few rows read B where it lies ({@link RowProduct}).
 *
 * <pre>
 *   C[m,n] = sum over k of A[m,k] * B[k,n]        A (M,K), B (K,N), C (M,N)
 * </pre>
 *
 * <p>Lanes and registers hold different elements of C, never parts of one sum, so each element still has one accumulator that meets k
 * from low to high: bit for bit what {@code naive} computes, for any shape, strides and number of threads.
 *
 * @see PackedProduct
 */
@Component(property = "service.ranking:Integer=50")
@Provider(slot = "matmul", algorithm = MatmulKernel.ALGORITHM, name = "vector", numerics = MatmulKernel.FMA_K_ASCENDING,
        summary = "packed panels and SIMD registers, over all threads", reference = "https://doi.org/10.1145/1356052.1356053")
public final class VectorMatmul implements MatmulKernel {

    /** Up to this many rows packing B costs more than it saves. */
    private static final int FEW_ROWS = 6;
    /** The same where B has to be turned in either case. */
    private static final int FEW_TURNED_ROWS = 3;
    /** Below this many multiply-adds nothing is worth packing. */
    private static final long SMALL = 1 << 12;

    private final Scratch scratch = new Scratch();
    private final PackedProduct packed;
    private final RowProduct rows;

    @Activate
    public VectorMatmul(@Reference WorkerPool pool) {
        this(pool, FloatVector.SPECIES_PREFERRED.length() >= 16 ? new MicroKernel12x2() : new MicroKernel6x2());
    }

    VectorMatmul(WorkerPool pool, MicroKernel kernel) {
        packed = new PackedProduct(kernel, scratch, pool);
        rows = new RowProduct(scratch, pool);
    }

    @Override
    public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        MatmulKernel.requireFit(a, b, c);
        if (c.rows() == 0 || c.columns() == 0) {
            return;
        }
        boolean fewColumns = c.columns() < c.rows() && c.columns() <= FEW_ROWS;
        boolean lying = c.columnStride() != 1 && c.rowStride() == 1 && c.rows() > FEW_ROWS;
        if (fewColumns || lying) {
            multiplyUpright(b.transposed(), a.transposed(), c.transposed(), accumulate);    // Cᵀ = Bᵀ·Aᵀ, the same sums
        } else {
            multiplyUpright(a, b, c, accumulate);
        }
    }

    /** Rows of C that are not contiguous are computed beside it. */
    private void multiplyUpright(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        if (c.columnStride() == 1 || c.columns() == 1) {
            multiplyContiguous(a, b, c, accumulate);
            return;
        }
        float[] array = scratch.lend(Math.multiplyExact(c.rows(), c.columns()));
        Matrix beside = Matrix.of(c.rows(), c.columns(), array);
        if (accumulate) {
            copy(c, beside);
        }
        multiplyContiguous(a, b, beside, accumulate);
        copy(beside, c);
        scratch.giveBack(array);
    }

    private void multiplyContiguous(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        int few = b.columnStride() == 1 ? FEW_ROWS : FEW_TURNED_ROWS;
        if (c.rows() <= few || (long) c.rows() * c.columns() * b.rows() <= SMALL) {
            rows.multiply(a, b, c, accumulate);
        } else {
            packed.multiply(a, b, c, accumulate);
        }
    }

    private static void copy(Matrix from, Matrix to) {
        for (int r = 0; r < from.rows(); r++) {
            for (int c = 0; c < from.columns(); c++) {
                to.set(r, c, from.get(r, c));
            }
        }
    }
}
