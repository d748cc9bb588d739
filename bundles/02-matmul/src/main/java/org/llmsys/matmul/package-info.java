/**
 * Phase 02: matrix multiplication, where a language model spends most of its time.
 *
 * <pre>
 *   C[m,n] = sum over k of A[m,k] * B[k,n]        A (M,K), B (K,N), C (M,N)
 * </pre>
 *
 * <p>The ladder of providers: {@code naive} (three loops, the oracle), {@code tiled} (the same loops in cache-sized blocks),
 * {@code parallel} (tiles over threads), {@code vector} (packed panels and SIMD registers, in the bundle {@code vector}). All are of
 * the numerics class {@code fma-k-ascending}: one accumulator per element, fused multiply-add, k from low to high; their results are
 * equal bit for bit.
 *
 * <p>{@link org.llmsys.matmul.TensorProduct} multiplies tensors of any rank, in F32 through such a provider and in F64 by plain loops.
 */
@Export
@Version("0.1.0")
package org.llmsys.matmul;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
