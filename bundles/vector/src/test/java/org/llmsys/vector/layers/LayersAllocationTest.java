package org.llmsys.vector.layers;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.layers.Activation;
import org.llmsys.layers.Loss;
import org.llmsys.layers.Softmax;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.Numbers;

import com.sun.management.ThreadMXBean;

/** While code is interpreted each vector is an object on the heap, so the test waits for the compiler. */
class LayersAllocationTest {

    private static final int ROWS = 300;
    private static final int WIDTH = 1030;                             // not whole registers
    /** What a call may take: closures, and a register a row that the compiler may leave on the heap; one a register would be all of it. */
    private static final long FEW_BYTES = ROWS * WIDTH * Float.BYTES / 20;
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private record Call(String name, Runnable body) {
    }

    @Test
    @DisplayName("activations, softmaxes and cross-entropy, forward and backward, keep their registers off the heap")
    void allocateNothing() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (Call call : calls()) {
            long least = Long.MAX_VALUE;
            long start = System.nanoTime();
            while (least > FEW_BYTES && System.nanoTime() - start < PATIENCE_NANOS) {
                long before = threads.getCurrentThreadAllocatedBytes();
                call.body.run();
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertTrue(least <= FEW_BYTES, call.name + ": " + least + " bytes a call");
        }
    }

    private static List<Call> calls() {
        WorkerPool pool = WorkerPool.SERIAL;
        Tensor x = Numbers.even(1, 3, ROWS, WIDTH);
        Tensor y = Tensor.zeros(ROWS, WIDTH);
        Tensor gradX = Tensor.zeros(ROWS, WIDTH);
        Tensor targets = Tensor.ofInts(Shape.of(ROWS), new int[ROWS]);
        Tensor losses = Tensor.zeros(ROWS);
        List<Call> calls = new ArrayList<>();
        for (Activation each : List.of(new VectorRelu(pool), new VectorSigmoid(pool), new VectorTanh(pool), new VectorSilu(pool), new VectorGelu(pool),
                new VectorGeluTanh(pool))) {
            calls.add(new Call(each.getClass().getSimpleName(), () -> each.forward(x, y)));
            calls.add(new Call(each.getClass().getSimpleName() + " backward", () -> each.backward(x, y, x, gradX, false)));
        }
        for (Softmax each : List.of(new VectorSoftmax(pool), new VectorLogSoftmax(pool))) {
            calls.add(new Call(each.getClass().getSimpleName(), () -> each.forward(x, y)));
            calls.add(new Call(each.getClass().getSimpleName() + " backward", () -> each.backward(y, x, gradX)));
        }
        Loss loss = new VectorCrossEntropy(pool);
        calls.add(new Call("cross-entropy", () -> loss.forward(x, targets, losses)));
        calls.add(new Call("cross-entropy backward", () -> loss.backward(x, targets, losses, gradX)));
        return calls;
    }
}
