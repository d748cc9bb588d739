package org.llmsys.vector.matmul;

/**
 * The innermost loop of a matrix product: a small tile of C stays in registers while k runs over packed panels.
 *
 * <pre>
 *   C[r,n] = start[r,n] + sum over k of A[k,r] * B[k,n]        r below rows(), n below columns(), k ascending
 * </pre>
 *
 * <p>Each step of k loads {@code columns()} elements of B and {@code rows()} of A and makes {@code rows() * columns()} fused
 * multiply-adds: the wider the tile, the less is read for each. The limit is the number of vector registers: 32 on AVX-512, where a
 * tile of 12 × 2 vectors leaves room for its operands; 16 on AVX2, where 6 × 2 does.
 *
 * <p>Two smaller tiles serve the lower and the right edge of C, where the large one would mostly compute padding.
 */
interface MicroKernel {

    /** Height of the tile, the width of A's panels. */
    int rows();

    /** Height of the low tile, a divisor of {@link #rows()}. */
    int lowRows();

    /** Width of the tile in elements, the width of B's panels. */
    int columns();

    /**
     * Panels lie as (depth, rows()) and (depth, columns()). The sums start from {@code start}, which is C itself, or a row with
     * stride 0, a bias or zeros: reading zeros is cheaper than a branch around two dozen registers.
     */
    void multiply(int depth, float[] a, int aAt, float[] b, int bAt,
            float[] start, int startAt, int startStride, float[] c, int cAt, int cStride);

    /** The same for {@link #lowRows()} rows of a panel of A, which {@code aAt} points into. */
    void multiplyLow(int depth, float[] a, int aAt, float[] b, int bAt,
            float[] start, int startAt, int startStride, float[] c, int cAt, int cStride);

    /** The same for the first vector of a panel of B. */
    void multiplyNarrow(int depth, float[] a, int aAt, float[] b, int bAt,
            float[] start, int startAt, int startStride, float[] c, int cAt, int cStride);
}
