package org.llmsys.shell.internal.bench;

import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;

/**
 * Products of matrices, F32, of every provider.
 *
 * <pre>
 *   C (M,N) = A (M,K) · B (K,N)          GFLOP/s = 2 M K N / seconds / 10^9
 * </pre>
 */
record MatmulBenchmark(Assemblies assemblies) implements Benchmark {

    @Override
    public String form() {
        return "MxKxN";
    }

    @Override
    public String sizes() {
        return "256,512,1024";
    }

    @Override
    public List<Trial> trials(List<int[]> sizes) {
        return sizes.stream().map(size -> trial(size[0], size[1], size[2])).toList();
    }

    private Trial trial(int m, int k, int n) {
        return new Trial("matmul", m + "x" + k + "x" + n, List.of(new Measure.Rate("GFLOP/s", 2.0 * m * k * n / 1e9)), () -> {
            Matrix a = Matrix.of(m, k, Numbers.normal(m, k, 1));
            Matrix b = Matrix.of(k, n, Numbers.normal(k, n, 2));
            Matrix c = Matrix.of(m, n, new float[m * n]);
            return Here.all(assemblies, MatmulKernel.class, "matmul", MatmulKernel.ALGORITHM, kernel -> kernel.multiply(a, b, c, false));
        }, "matmul " + m + " " + k + " " + n, Trial.SHORT_TURN);
    }
}
