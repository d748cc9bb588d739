package org.llmsys.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.internal.HeapAllocator;

class GradientSumTest {

    private final Variable w = Variable.parameter("w", Tensor.of(Shape.of(2, 1), 0.5f, -1));
    private final Variable unused = Variable.parameter("unused", Tensor.zeros(3));
    private final HeapAllocator heap = new HeapAllocator();

    /** mean over the rows of (x·w)² */
    private Variable loss(MatrixProduct product, Tensor rows, Pass pass) {
        Variable y = product.forward(Variable.constant("x", rows), w, false, pass);
        return Reductions.mean(Functions.power(y, 2, pass), pass, false);
    }

    @Test
    @DisplayName("four rows at once, and two passes of three rows and one, give the same gradient when each counts by its share")
    void microBatches() {
        Tensor rows = Tensor.of(Shape.of(4, 2), 1, 2, 3, 4, -1, 0.5f, 2, 2);
        Trial trial = Workbench.fusing();
        float[][] whole = new float[1][];
        trial.train(MatrixProduct::new, (product, pass) -> whole[0] = pass.tape().backward(loss(product, rows, pass)).of(w).floats().clone());
        try (GradientSum total = new GradientSum(List.of(w, unused), heap, "test")) {
            for (int round = 0; round < 2; round++) {                        // the second begins anew in the same memory
                total.clear();
                for (long[] part : new long[][] {{0, 3}, {3, 4}}) {
                    trial.train(MatrixProduct::new, (product, pass) ->
                            total.add(pass.tape().backward(loss(product, rows.slice(0, part[0], part[1]), pass)), (part[1] - part[0]) / 4.0));
                }
                assertArrayEquals(whole[0], total.of(w).floats(), 1e-5f);
                assertNull(total.of(unused));
                assertEquals(Arrays.asList(total.of(w), null), total.all());
            }
        }
        assertEquals(0, heap.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum());
    }

    @Test
    @DisplayName("nothing added is no gradient, and the sum outlives the passes")
    void outlives() {
        GradientSum total = new GradientSum(List.of(w), heap, "test");
        assertNull(total.of(w));
        Workbench.trial().train(needs -> "", (none, pass) ->
                total.add(pass.tape().backward(Reductions.sum(w, pass, false)), 0.25));
        assertArrayEquals(new float[] {0.25f, 0.25f}, total.of(w).floats());
        total.close();
    }
}
