package org.llmsys.attention.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.llmsys.attention.AttentionKernel;
import org.llmsys.attention.AttentionMask;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;

/** Two cases small enough to write down, as torch 2 gives them in float64 ({@code F.scaled_dot_product_attention} with enable_gqa). */
class TorchAttentionTest {

    static Stream<AttentionKernel> kernels() {
        return Stream.of(new ReferenceAttention(), new StreamingAttention(WorkerPool.SERIAL));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    @DisplayName("causal behind a cache: 2 queries of 3 positions, 4 query heads over 2 key heads of 2")
    void grouped(AttentionKernel kernel) {
        check(kernel, AttentionMask.CAUSAL, Shape.of(1, 4, 2, 2), Shape.of(1, 2, 3, 2), new double[][] {
            {-0.899537, 0.100463, -0.704606, 0.118044, -0.891476, 0.108524, 0.418725, -0.121484, 0.616726, -0.633274, 0.379723, -0.870277, 0.625000,
                -0.625000, 0.620277, -0.629723},
            {0.007967, 0.007967, -0.115307, 0.055746, -0.024427, -0.024427, 0.464327, -0.272033, 0, 0, -0.032869, -0.032869, 0.024859, 0.024859,
                0.016434, 0.016434},
            {-0.168407, 0.056859, -0.084481, 0.008931, 0.252888, -0.065790, 0.037921, 0.007034, -0.020922, 0.029619, -0.016999, -0.036653},
            {-0.552582, 0.289026, -0.671410, 0.362403, 0.473992, -0.151429, 0.113174, 0.351331, 0.266549, 0.040274, 0.120277, -0.391605}});
    }

    @ParameterizedTest
    @MethodSource("kernels")
    @DisplayName("in both directions with padding: 3 and 2 of 3 keys count, 2 query heads over one key head (multi-query)")
    void padded(AttentionKernel kernel) {
        check(kernel, AttentionMask.WHOLE.withLengths(List.of(3, 2)), Shape.of(2, 2, 2, 2), Shape.of(2, 1, 3, 2), new double[][] {
            {-0.808483, 0.083664, -0.704606, 0.118044, 0.181334, -0.094824, 0.418725, -0.121484, 0.616726, -0.633274, 0.577747, -0.672253, 0.625000,
                -0.625000, 0.672253, -0.577747},
            {-0.038540, 0.029643, -0.115307, 0.055746, -0.546024, 0.254286, 0.464327, -0.272033, 0, 0, -0.014205, -0.014205, 0.024859, 0.024859,
                0.007102, 0.007102},
            {-0.146967, -0.033207, -0.070583, -0.075201, 0.217550, 0.108408, 0.033145, 0.009469, -0.033145, -0.009469, 0, 0},
            {-0.363108, 0.279395, -0.423514, 0.348067, 0.036622, -0.127462, 0.138946, 0.252811, 0.361054, -0.252811, 0, 0}});
    }

    /** @param expected the output, then the gradients of q, k and v */
    private static void check(AttentionKernel kernel, AttentionMask mask, Shape queries, Shape keys, double[][] expected) {
        Tensor q = quarters(7, 11, 0, queries);
        Tensor k = quarters(5, 13, 3, keys);
        Tensor v = quarters(4, 9, 1, keys);
        Tensor gradOut = quarters(3, 7, 2, queries);
        Tensor logSumExp = Tensor.zeros(queries.extent(0), queries.extent(1), queries.extent(2));
        Tensor[] found = {Tensor.zeros(queries.extents()), Tensor.zeros(queries.extents()), Tensor.zeros(keys.extents()),
            Tensor.zeros(keys.extents())};
        kernel.forward(q, k, v, mask, ScoreBias.NONE, found[0], logSumExp);
        kernel.backward(q, k, v, mask, ScoreBias.NONE, found[0], logSumExp, gradOut, found[1], found[2], found[3]);
        for (int i = 0; i < found.length; i++) {
            for (int j = 0; j < expected[i].length; j++) {
                assertEquals(expected[i][j], found[i].floats()[j], 2e-6, "tensor " + i + ", element " + j);
            }
        }
    }

    /** Element i is a quarter of (a·i + from) mod m - m / 2: easy to write down in another language. */
    private static Tensor quarters(int a, int m, int from, Shape shape) {
        Tensor x = Tensor.zeros(shape.extents());
        for (int i = 0; i < x.size(); i++) {
            x.floats()[i] = ((a * i + from) % m - m / 2) / 4f;
        }
        return x;
    }
}
