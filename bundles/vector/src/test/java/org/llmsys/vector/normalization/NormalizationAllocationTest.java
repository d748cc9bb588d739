package org.llmsys.vector.normalization;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.normalization.Normalization;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.Numbers;

import com.sun.management.ThreadMXBean;

/** While code is interpreted each vector is an object on the heap, so the test waits for the compiler. */
class NormalizationAllocationTest {

    private static final int ROWS = 300;
    private static final int WIDTH = 1030;                             // not whole registers
    /** Closures, the sums of each chunk, and the two sums of a row, which the compiler may leave on the heap; all registers would be 2 MB. */
    private static final long FEW_BYTES = ROWS * 4 * 112;
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    @Test
    @DisplayName("layer and root-mean-square normalization, forward and backward, keep their registers off the heap, both of them in one process")
    void allocateLittle() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Tensor x = Numbers.even(1, 3, ROWS, WIDTH);
        Tensor gamma = Numbers.even(2, 3, WIDTH);
        Tensor y = Tensor.zeros(ROWS, WIDTH);
        Tensor saved = Tensor.zeros(ROWS, 2);
        Tensor gradGamma = Tensor.zeros(WIDTH);
        for (Normalization norm : List.of(new VectorLayerNorm(WorkerPool.SERIAL), new VectorRmsNorm(WorkerPool.SERIAL))) {
            for (Runnable call : List.<Runnable>of(() -> norm.forward(x, gamma, gamma, 1e-5f, y, saved),
                    () -> norm.backward(x, gamma, saved, x, y, gradGamma, gradGamma))) {
                long least = Long.MAX_VALUE;
                long start = System.nanoTime();
                while (least > FEW_BYTES && System.nanoTime() - start < PATIENCE_NANOS) {
                    long before = threads.getCurrentThreadAllocatedBytes();
                    call.run();
                    least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
                }
                assertTrue(least <= FEW_BYTES, norm.getClass().getSimpleName() + ": " + least + " bytes a call");
            }
        }
    }
}
