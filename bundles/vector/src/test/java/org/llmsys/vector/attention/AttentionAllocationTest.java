package org.llmsys.vector.attention;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.attention.AttentionKernel;
import org.llmsys.attention.CachedRows;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.Numbers;

import com.sun.management.ThreadMXBean;

/** While code is interpreted each vector is an object on the heap, so the test waits for the compiler. */
class AttentionAllocationTest {

    private static final int HEADS = 12;
    private static final int WIDTH = 64;
    private static final int POSITIONS = 400;
    /** A vector of sixteen floats as an object; all registers of a prompt's softmax would be nine a row, and more on the way back. */
    private static final long REGISTER = 112;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private record Call(String name, long mostBytes, Runnable body) {
    }

    @Test
    @DisplayName("one token over a cache, in one piece and in blocks, and a prompt, forward and backward, keep registers off the heap")
    void allocatesLittle() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (Call call : calls()) {
            long least = Long.MAX_VALUE;
            long start = System.nanoTime();
            while (least > call.mostBytes && System.nanoTime() - start < PATIENCE_NANOS) {
                long before = threads.getCurrentThreadAllocatedBytes();
                call.body.run();
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertTrue(least <= call.mostBytes, call.name + ": " + least + " bytes a call");
        }
    }

    private static List<Call> calls() {
        AttentionKernel kernel = new VectorAttention(WorkerPool.SERIAL);
        List<Call> calls = new ArrayList<>();
        for (int kvHeads : new int[] {12, 3, 1}) {
            for (int block : new int[] {POSITIONS, 16}) {
                List<Tensor> blocks = new ArrayList<>();
                for (int from = 0; from < POSITIONS; from += block) {
                    blocks.add(Numbers.even(from, 1, kvHeads, block, WIDTH));
                }
                CachedRows rows = new CachedRows(blocks, blocks);
                Tensor q = Numbers.even(1, 1, 1, HEADS, 1, WIDTH);
                Tensor out = Tensor.zeros(1, HEADS, 1, WIDTH);
                // The places of the blocks; a register for each eight keys of a head would be 38,400 bytes and more.
                calls.add(new Call("one token, " + kvHeads + " key heads in blocks of " + block, 2000 + 200L * blocks.size(),
                        () -> kernel.forward(q, rows, ScoreBias.NONE, out)));
            }
        }
        Tensor x = Numbers.even(2, 1, 1, HEADS, 130, WIDTH);
        Tensor y = Tensor.zeros(1, HEADS, 130, WIDTH);
        Tensor logSumExp = Tensor.zeros(1, HEADS, 130);
        Tensor gradient = Tensor.zeros(1, HEADS, 130, WIDTH);
        long row = HEADS * 130 * REGISTER;                                                   // one register a row, such as its sum
        calls.add(new Call("a prompt", 2 * row, () -> kernel.forward(x, x, x, y, logSumExp)));
        calls.add(new Call("a prompt, backward", 4 * row, () -> kernel.backward(x, x, x, y, logSumExp, y, gradient, gradient, gradient)));
        return calls;
    }
}
