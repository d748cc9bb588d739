package org.llmsys.shell.internal.bench;

import java.util.List;
import java.util.stream.Stream;

import org.llmsys.assembly.Assemblies;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;

/**
 * One row times a matrix, F32, of every provider of matmul: what decoding does for each token. Both ways in which weights are stored.
 *
 * <pre>
 *   y (1,N) = x (1,K) · W (K,N)          transposed:  y (1,N) = x (1,K) · W (N,K)ᵀ          GB/s = 4 K N / seconds / 10^9
 * </pre>
 */
record GemvBenchmark(Assemblies assemblies) implements Benchmark {

    @Override
    public String form() {
        return "KxN";
    }

    @Override
    public String sizes() {
        return "768x3072,768x50257,288x32000";
    }

    @Override
    public List<Trial> trials(List<int[]> sizes) {
        return sizes.stream().flatMap(size -> Stream.of(trial(size[0], size[1], false), trial(size[0], size[1], true))).toList();
    }

    private Trial trial(int k, int n, boolean transposed) {
        return new Trial("matmul", k + "x" + n + (transposed ? " transposed" : ""), List.of(new Measure.Rate("GB/s", 4.0 * k * n / 1e9)), () -> {
            Matrix x = Matrix.of(1, k, Numbers.normal(1, k, 1));
            Matrix w = transposed ? Matrix.of(n, k, Numbers.normal(n, k, 2)).transposed() : Matrix.of(k, n, Numbers.normal(k, n, 2));
            Matrix y = Matrix.of(1, n, new float[n]);
            return Here.all(assemblies, MatmulKernel.class, "matmul", MatmulKernel.ALGORITHM, kernel -> kernel.multiply(x, w, y, false));
        }, (transposed ? "gemv-transposed " : "gemv ") + k + " " + n, Trial.SHORT_TURN);
    }
}
