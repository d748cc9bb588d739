package org.llmsys.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.llmsys.attention.AttentionKernel;
import org.llmsys.attention.CachedRows;
import org.llmsys.attention.internal.StreamingAttention;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.WeightPanels;
import org.llmsys.matmul.internal.ParallelMatmul;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.attention.VectorAttention;
import org.llmsys.vector.matmul.VectorMatmul;

/** What a contract cannot ask, because it is given a provider with its threads: the same bits for any number of them. */
class ThreadCountsTest {

    private static final int[] THREADS = {1, 2, 3, 5};

    @ParameterizedTest
    @EnumSource(names = {"F32", "Q8_0", "Q4_0", "F16", "BF16"})
    @DisplayName("products over panels: 1 to 9 rows, 1,000 columns, with a bias, of every kernel that takes a pool")
    void panels(DType type) {
        WeightPanels panels = WeightPanels.of(List.of(Samples.normal(2, 1000, 160).to(type)));
        Matrix bias = Matrix.of(Samples.normal(3, 1, 1000));
        for (int rows : new int[] {1, 2, 5, 9}) {
            Matrix a = Matrix.of(Samples.normal(1, rows, 160));
            List<float[]> parallel = new ArrayList<>();
            List<float[]> vector = new ArrayList<>();
            for (int threads : THREADS) {
                try (WorkerPool pool = WorkerPool.of(threads)) {
                    parallel.add(product(new ParallelMatmul(pool), a, panels, bias));
                    vector.add(product(new VectorMatmul(pool), a, panels, bias));
                }
            }
            for (int i = 1; i < THREADS.length; i++) {
                assertArrayEquals(parallel.getFirst(), parallel.get(i));
                assertArrayEquals(vector.getFirst(), vector.get(i));
            }
        }
    }

    private static float[] product(MatmulKernel kernel, Matrix a, WeightPanels panels, Matrix bias) {
        Matrix c = Matrix.of(a.rows(), panels.columns(), new float[a.rows() * panels.columns()]);
        kernel.multiplyPanels(a, panels, bias, c);
        return c.data();
    }

    @Test
    @DisplayName("attention of one and of two queries over a cache in blocks, with 1, 3 and 6 key heads for 6 query heads")
    void attentionOverBlocks() {
        for (int queries = 1; queries <= 2; queries++) {
            for (int kvHeads : new int[] {1, 3, 6}) {
                List<float[]> streaming = new ArrayList<>();
                List<float[]> vector = new ArrayList<>();
                for (int threads : THREADS) {
                    try (WorkerPool pool = WorkerPool.of(threads)) {
                        streaming.add(attention(new StreamingAttention(pool), queries, kvHeads));
                        vector.add(attention(new VectorAttention(pool), queries, kvHeads));
                    }
                }
                for (int i = 1; i < THREADS.length; i++) {
                    assertArrayEquals(streaming.getFirst(), streaming.get(i));
                    assertArrayEquals(vector.getFirst(), vector.get(i));
                }
            }
        }
    }

    private static float[] attention(AttentionKernel kernel, int queries, int kvHeads) {
        Tensor out = Tensor.zeros(1, 6, queries, 20);
        CachedRows rows = new CachedRows(List.of(Samples.normal(1, kvHeads, 16, 20), Samples.normal(2, kvHeads, 9, 20)),
                List.of(Samples.normal(3, kvHeads, 16, 20), Samples.normal(4, kvHeads, 9, 20)));
        kernel.forward(Samples.normal(5, 1, 6, queries, 20), rows, ScoreBias.NONE, out);
        return out.floats();
    }
}
