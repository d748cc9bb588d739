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
 */
interface MicroKernel {

    /** Height of the tile, the width of A's panels. */
    int rows();

    /** Width of the tile in elements, the width of B's panels. */
    int columns();

    /**
     * Panels lie as (depth, rows()) and (depth, columns()). The sums start from {@code start}, which is C itself, or zeros with
     * stride 0: reading zeros is cheaper than a branch around two dozen registers.
     */
    void multiply(int depth, float[] a, int aAt, float[] b, int bAt,
            float[] start, int startAt, int startStride, float[] c, int cAt, int cStride);
}
