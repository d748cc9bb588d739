package org.llmsys.vector.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Provider;
import org.llmsys.assembly.StepListener;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.training.Presets;
import org.llmsys.training.Trainer;

class StepMemoryTest {

    private static final int VOCABULARY = 65;
    /** What the views, closures and lists of a step may take: a quarter of what its tensors hold, in a model this small. */
    private static final double SMALL_CHANGE = 0.25;
    private static final long MOST_NANOS = 60_000_000_000L;

    private final Counting allocator = new Counting();

    @Test
    @DisplayName("after the first step a training step allocates no tensor, its kernels allocate nothing once compiled, and at the end all memory is back")
    void step() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (ClassPathWorkbench workbench = ClassPathWorkbench.open(WorkerPool.SERIAL, allocator)) {
            long liveBefore = allocator.live();
            try (Trainer.Learner learner = workbench.get(Trainer.class).learner(Presets.named(Presets.TINY).withVocabSize(VOCABULARY), ids(), StepListener.NONE)) {
                learner.step();
                int allocations = allocator.count.get();
                long tensors = allocator.live() - liveBefore;
                assertTrue(allocations > 0 && tensors > 1 << 19);
                long least = Long.MAX_VALUE;
                long start = System.nanoTime();
                while (least > SMALL_CHANGE * tensors && System.nanoTime() - start < MOST_NANOS) {      // until vector code is compiled
                    long before = threads.getCurrentThreadAllocatedBytes();
                    learner.step();
                    least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
                }
                assertEquals(allocations, allocator.count.get());
                assertTrue(least <= SMALL_CHANGE * tensors, least + " bytes a step beside " + tensors + " of tensors");
            }
            assertEquals(liveBefore, allocator.live());
        }
    }

    private static int[] ids() {
        RandomStream random = RandomStream.at(1);
        int[] ids = new int[10_000];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (int) (random.nextDouble() * VOCABULARY);
        }
        return ids;
    }

    /** The heap allocator with a count of its calls. */
    @Provider(slot = "allocator", algorithm = TensorAllocator.ALGORITHM, name = "counting")
    public static final class Counting implements TensorAllocator {

        private final TensorAllocator heap = TensorAllocator.heap();
        private final AtomicInteger count = new AtomicInteger();

        @Override
        public Storage allocate(DType dtype, long size, String owner) {
            count.incrementAndGet();
            return heap.allocate(dtype, size, owner);
        }

        @Override
        public List<Usage> usage() {
            return heap.usage();
        }

        private long live() {
            return usage().stream().mapToLong(Usage::liveBytes).sum();
        }
    }
}
