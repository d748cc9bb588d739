package org.llmsys.matmul.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.osgi.service.component.annotations.Component;

/**
 * Three nested loops, as in a textbook: each element of C is the inner product of a row of A and a column of B. The oracle that the
 * other providers are held against.
 *
 * <pre>
 *   C[m,n] = sum over k of A[m,k] * B[k,n]        A (M,K), B (K,N), C (M,N);  2*M*N*K operations
 * </pre>
 *
 * <p>Slow because the inner loop walks down a column of B: in row-major order each step touches another cache line.
 */
@Component
@Provider(slot = "matmul", algorithm = MatmulKernel.ALGORITHM, name = "naive", numerics = MatmulKernel.FMA_K_ASCENDING,
        summary = "three nested loops, the oracle")
public final class NaiveMatmul implements MatmulKernel {

    @Override
    public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        MatmulKernel.requireFit(a, b, c);
        for (int m = 0; m < a.rows(); m++) {
            for (int n = 0; n < b.columns(); n++) {
                float sum = accumulate ? c.get(m, n) : 0;
                for (int k = 0; k < a.columns(); k++) {
                    sum = Math.fma(a.get(m, k), b.get(k, n), sum);     // a*b + sum, rounded once
                }
                c.set(m, n, sum);
            }
        }
    }
}
