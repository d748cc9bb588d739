package org.llmsys.vector.matmul;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.MatrixBatch;
import org.llmsys.matmul.WeightPanels;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;

import com.sun.management.ThreadMXBean;

/**
 * Once compiled, a product makes no arrays and no vectors on the heap: what is left are a few small records and the pool's task, a
 * fraction of a kilobyte whatever the size. While code is interpreted each vector is an object, so the test waits for the compiler.
 */
class VectorMatmulAllocationTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    /** Bytes a product, on all threads together; one panel or one row of the results below would be more. */
    private static final long FEW = 1024;
    private static final int CALLS = 200;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private record Call(String name, int products, Runnable body) {
    }

    @ParameterizedTest(name = "{0} threads")
    @ValueSource(ints = {1, 2})
    @DisplayName("every path of the kernel allocates less than a kilobyte a product after warm-up, on the caller's thread and the pool's")
    void allocatesNothingThatGrows(int threads) {
        try (WorkerPool pool = WorkerPool.of(threads)) {
            for (Call call : calls(new VectorMatmul(pool))) {
                long start = System.nanoTime();
                long bytes = bytesOfAProduct(call);
                while (bytes > FEW && System.nanoTime() - start < PATIENCE_NANOS) {
                    bytes = bytesOfAProduct(call);
                }
                long last = bytes;
                assertTrue(last <= FEW, () -> call.name + ": " + last + " bytes a product");
            }
        }
    }

    private static List<Call> calls(MatmulKernel kernel) {
        List<Call> calls = new ArrayList<>();
        for (int[] s : new int[][] {{100, 300, 130}, {300, 70, 65}, {1, 300, 700}, {4, 300, 400}}) {
            Matrix a = matrix(s[0], s[1]);
            Matrix b = matrix(s[1], s[2]);
            Matrix turned = matrix(s[2], s[1]).transposed();
            Matrix bias = matrix(1, s[2]);
            Matrix c = matrix(s[0], s[2]);
            String shape = a.shapeText() + "·" + b.shapeText();
            calls.add(new Call(shape, 1, () -> kernel.multiply(a, b, c, false)));
            calls.add(new Call(shape + " transposed", 1, () -> kernel.multiply(a, turned, c, true)));
            calls.add(new Call(shape + " with bias", 1, () -> kernel.multiplyPlus(a, b, bias, c)));
        }
        for (DType type : new DType[] {DType.F32, DType.Q8_0, DType.Q4_0, DType.F16, DType.BF16}) {
            WeightPanels panels = WeightPanels.of(List.of(Tensor.zeros(DType.F32, Shape.of(401, 320)).to(type)));
            for (int rows : new int[] {1, 5, 20}) {
                Matrix a = matrix(rows, 320);
                Matrix c = matrix(rows, 401);
                calls.add(new Call(rows + " rows times panels of " + type, 1, () -> kernel.multiplyPanels(a, panels, null, c)));
            }
        }
        MatrixBatch x = new MatrixBatch(new Matrix(new float[8 * 64 * 48], 0, 64, 48, 8 * 48, 1), 8, 48);
        MatrixBatch scores = new MatrixBatch(new Matrix(new float[8 * 64 * 64], 0, 64, 64, 64, 1), 8, 64 * 64);
        calls.add(new Call("a batch of 8", 8, () -> kernel.multiplyBatch(x, x.transposed(), scores, false)));
        return calls;
    }

    private static Matrix matrix(int rows, int columns) {
        return Matrix.of(rows, columns, new float[rows * columns]);
    }

    private static long bytesOfAProduct(Call call) {
        long[] workers = Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("llmsys-worker-"))
                .mapToLong(Thread::threadId).toArray();
        long before = allocated(workers);
        for (int i = 0; i < CALLS; i++) {
            call.body.run();
        }
        return (allocated(workers) - before) / CALLS / call.products;
    }

    /** By this thread and the pool's. */
    private static long allocated(long[] workers) {
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        for (long worker : workers) {
            bytes += Math.max(0, THREADS.getThreadAllocatedBytes(worker));
        }
        return bytes;
    }
}
