package org.llmsys.vector.matmul;

import org.llmsys.assembly.Provider;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.MatrixBatch;
import org.llmsys.matmul.WeightPanels;
import org.llmsys.tensor.ShapeException;
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
 *   C[m,n] = start[m,n] + sum over k of A[m,k] * B[k,n]        A (M,K), B (K,N), C (M,N)
 * </pre>
 *
 * <p>The start is a matrix too: C itself when accumulating, a bias whose row is repeated (row stride 0), or one zero (both strides 0).
 * So nothing is filled or added in a pass of its own.
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
    private static final int FEW_ROWS = 8;
    /** The same where B has to be turned in either case. */
    private static final int FEW_TURNED_ROWS = 1;
    /** Below this many multiply-adds nothing is worth packing. */
    private static final long SMALL = 1 << 12;
    /** Multiply-adds from which on a product is shared among threads rather than a batch of such products. */
    private static final long LARGE = 1 << 22;
    /** Multiply-adds of a batch that are worth a chunk. */
    private static final long CHUNK = 1 << 16;

    private final WorkerPool pool;
    private final Scratch scratch;
    private final PackedProduct packed;
    private final RowProduct rows;
    private final PanelRows panels;
    private final float[] zeros;
    /** Multiplies on the caller's thread alone, for batches. */
    private final VectorMatmul alone;

    @Activate
    public VectorMatmul(@Reference WorkerPool pool) {
        this(pool, FloatVector.SPECIES_PREFERRED.length() >= 16 ? new MicroKernel12x2() : new MicroKernel6x2());
    }

    VectorMatmul(WorkerPool pool, MicroKernel kernel) {
        this(pool, kernel, new Scratch());
    }

    private VectorMatmul(WorkerPool pool, MicroKernel kernel, Scratch scratch) {
        this.pool = pool;
        this.scratch = scratch;
        this.packed = new PackedProduct(kernel, scratch, pool);
        this.rows = new RowProduct(scratch, pool);
        this.panels = new PanelRows(scratch, pool);
        this.zeros = new float[kernel.columns()];
        this.alone = pool == WorkerPool.SERIAL ? this : new VectorMatmul(WorkerPool.SERIAL, kernel, scratch);
    }

    @Override
    public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        MatmulKernel.requireFit(a, b, c);
        multiplyFrom(a, b, accumulate ? c : zero(c), c);
    }

    @Override
    public void multiplyPlus(Matrix a, Matrix b, Matrix bias, Matrix c) {
        MatmulKernel.requireFit(a, b, c);
        MatmulKernel.requireBias(bias, c);
        multiplyFrom(a, b, new Matrix(bias.data(), bias.offset(), c.rows(), c.columns(), 0, bias.columnStride()), c);
    }

    @Override
    public void multiplyPanels(Matrix a, WeightPanels w, Matrix bias, Matrix c) {
        if (FloatVector.SPECIES_PREFERRED.length() < 8) {              // no registers for eight bytes beside eight floats
            MatmulKernel.super.multiplyPanels(a, w, bias, c);
            return;
        }
        MatmulKernel.requireFit(a, w, bias, c);
        if (c.rows() == 0 || c.columns() == 0) {
            return;
        }
        boolean readable = bias == null || bias.columnStride() == 1;
        Matrix start = bias == null ? zero(c) : new Matrix(bias.data(), bias.offset(), c.rows(), c.columns(), 0, bias.columnStride());
        if (a.columnStride() == 1 && c.columnStride() == 1 && readable) {
            multiplyLaid(a, w, start, c);
            return;
        }
        float[] rows = scratch.lend(sizeOfCopy(a));
        float[] sums = scratch.lend(sizeOfCopy(c));
        Matrix lying = Matrix.of(a.rows(), a.columns(), rows);
        Matrix beside = Matrix.of(c.rows(), c.columns(), sums);
        copy(a, lying);
        copy(start, beside);
        multiplyLaid(lying, w, beside, beside);
        copy(beside, c);
        scratch.giveBack(sums);
        scratch.giveBack(rows);
    }

    /** A and C have columnStride 1, as the start has, unless it is one zero. */
    private void multiplyLaid(Matrix a, WeightPanels w, Matrix start, Matrix c) {
        if (c.rows() <= FEW_ROWS || w.depth() == 0) {
            panels.multiply(a, w, start, c);
        } else {
            packed.multiply(a, new RightOperand.Laid(w, PanelRows.kernel(w)), start, c);
        }
    }

    @Override
    public void multiplyBatch(MatrixBatch a, MatrixBatch b, MatrixBatch c, boolean accumulate) {
        MatmulKernel.requireFit(a, b, c);
        long work = Math.max(1, (long) c.first().rows() * c.first().columns() * b.first().rows());
        if (work >= LARGE) {
            for (int i = 0; i < c.count(); i++) {
                multiply(a.get(i), b.get(i), c.get(i), accumulate);
            }
            return;
        }
        int several = (int) Math.max(1, CHUNK / work);
        pool.run(Math.ceilDiv(c.count(), several), chunk -> {
            for (int i = chunk * several; i < Math.min(c.count(), (chunk + 1) * several); i++) {
                alone.multiply(a.get(i), b.get(i), c.get(i), accumulate);
            }
        });
    }

    private Matrix zero(Matrix c) {
        return new Matrix(zeros, 0, c.rows(), c.columns(), 0, 0);
    }

    private void multiplyFrom(Matrix a, Matrix b, Matrix start, Matrix c) {
        if (c.rows() == 0 || c.columns() == 0) {
            return;
        }
        boolean fewColumns = c.columns() < c.rows() && c.columns() <= FEW_ROWS;
        boolean lying = c.columnStride() != 1 && c.rowStride() == 1 && c.rows() > FEW_ROWS;
        if (fewColumns || lying) {
            Matrix turned = c.transposed();                            // Cᵀ = Bᵀ·Aᵀ, the same sums
            multiplyUpright(b.transposed(), a.transposed(), start == c ? turned : start.transposed(), turned);
        } else {
            multiplyUpright(a, b, start, c);
        }
    }

    /** Rows of C that are not contiguous are computed beside it. */
    private void multiplyUpright(Matrix a, Matrix b, Matrix start, Matrix c) {
        if (c.columnStride() == 1) {
            multiplyContiguous(a, b, start, c);
            return;
        }
        float[] array = scratch.lend(sizeOfCopy(c));
        Matrix beside = Matrix.of(c.rows(), c.columns(), array);
        copy(start, beside);
        multiplyContiguous(a, b, beside, beside);
        copy(beside, c);
        scratch.giveBack(array);
    }

    /** Elements of a copy that lies in one line. */
    static int sizeOfCopy(Matrix m) {
        long size = (long) m.rows() * m.columns();
        if (size > Integer.MAX_VALUE - 8) {
            throw new ShapeException("matmul", m.shapeText(), "it is not contiguous, and a copy of " + size + " elements does not fit an array");
        }
        return (int) size;
    }

    private void multiplyContiguous(Matrix a, Matrix b, Matrix start, Matrix c) {
        int few = b.columnStride() == 1 ? FEW_ROWS : FEW_TURNED_ROWS;
        if (c.rows() <= few || (long) c.rows() * c.columns() * b.rows() <= SMALL) {
            rows.multiply(a, b, start, c);
            return;
        }
        boolean readable = start == c || start.columnStride() == 1 || start.data() == zeros;
        if (!readable) {                                               // a bias that lies along the rows
            copy(start, c);
        }
        packed.multiply(a, new RightOperand.Lying(b), readable ? start : c, c);
    }

    static void copy(Matrix from, Matrix to) {
        for (int r = 0; r < from.rows(); r++) {
            for (int c = 0; c < from.columns(); c++) {
                to.set(r, c, from.get(r, c));
            }
        }
    }
}
