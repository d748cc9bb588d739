package org.llmsys.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.internal.EagerTape;
import org.llmsys.autograd.internal.FusingTape;
import org.llmsys.matmul.internal.NaiveMatmul;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.internal.HeapAllocator;
import org.llmsys.tensor.internal.ScalarElementwise;

/** What the way back costs in memory on each tape: the figure of the README. */
class TapeMemoryTest {

    private static final int ROWS = 13;
    private static final int WIDTH = 7;

    private final Variable weight = Trial.random("w", WIDTH, WIDTH);
    private final Variable x = Variable.constant("x", Trial.random("x", ROWS, WIDTH).value());

    @Test
    @DisplayName("a stack of n blocks x + tanh(x·w): on the way back the eager tape takes 3n + 1 tensors of x's size, the fusing one 3 whatever n is")
    void residualStack() {
        for (int blocks : new int[] {2, 5, 12}) {
            assertEquals(3 * blocks + 1, tensorsOfStreamSize(new EagerTape(), blocks));
            assertEquals(3, tensorsOfStreamSize(new FusingTape(), blocks));
        }
    }

    private long tensorsOfStreamSize(TapeFactory tape, int blocks) {
        record Network(MatrixProduct product, Addition addition) {
        }
        HeapAllocator heap = new HeapAllocator();
        Assemblies assemblies = Assemblies.of(tape, new NaiveMatmul(), new ScalarElementwise());
        try (StepRunner<Network> runner = assemblies.runner("test", needs -> new Network(new MatrixProduct(needs), new Addition(needs)), StepListener.NONE)) {
            return runner.run((network, step) -> {
                try (Pass pass = Pass.training(step, tape, heap, "test", 1, 1)) {
                    Variable y = x;
                    for (int i = 0; i < blocks; i++) {
                        y = network.addition().forward(y, Functions.tanh(network.product().forward(y, weight, false, pass), pass), pass);
                    }
                    Variable loss = Reductions.mean(y, pass, false);
                    long before = live(heap);
                    pass.tape().backward(loss);
                    return (live(heap) - before) / (4 * ROWS * WIDTH);
                }
            });
        }
    }

    private static long live(HeapAllocator heap) {
        return heap.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum();
    }
}
