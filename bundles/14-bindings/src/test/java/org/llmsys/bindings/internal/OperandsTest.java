package org.llmsys.bindings.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.attention.AttentionKernel;
import org.llmsys.attention.AttentionMask;
import org.llmsys.bindings.NativeMemory.Block;
import org.llmsys.layers.Activation;
import org.llmsys.layers.Loss;
import org.llmsys.layers.Softmax;
import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.WeightPanels;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.internal.ArenaAllocator;

/** How operands come to the engine: in arrays, outside the heap, several in one array; and how its errors come back. */
class OperandsTest {

    private List<Offer<?>> offers;

    @BeforeEach
    void library() {
        LoadedLibrary library = Library.orSkip();
        library.threads(2);
        offers = Offers.of(library.implementations());
    }

    private <S> S provider(Class<S> type, String name) {
        return type.cast(offers.stream().filter(offer -> offer.type() == type && offer.name().equals(name)).findFirst().orElseThrow().service());
    }

    private static Tensor numbers(long... extents) {
        Tensor t = Tensor.zeros(extents);
        for (int i = 0; i < t.size(); i++) {
            t.floats()[i] = (i * 37 % 23 - 11) / 7f;
        }
        return t;
    }

    private static Tensor outside(Tensor t) {
        Tensor copy = Tensor.of(new ArenaAllocator().allocate(DType.F32, t.size(), "test"), t.shape());
        copy.copyFrom(t);
        return copy;
    }

    @Test
    @DisplayName("numbers outside the heap are read and written by address, with the bits of those in arrays, and nothing is copied")
    void outsideTheHeap() {
        Activation gelu = provider(Activation.class, "gelu-native");
        Tensor x = numbers(3, 67);
        Tensor y = Tensor.zeros(3, 67);
        gelu.forward(x, y);
        long copies = Operand.COPIES.sum();
        Tensor far = outside(Tensor.zeros(3, 67));
        gelu.forward(outside(x), far);
        assertArrayEquals(y.floats(), far.onHeap().floats());
        assertEquals(copies, Operand.COPIES.sum());
        Tensor gradX = Tensor.zeros(3, 67);
        gelu.backward(x, y, x, gradX, false);
        Tensor farGrad = outside(numbers(3, 67));
        gelu.backward(outside(x), far, x, farGrad, false);                                 // one in an array, the others not
        assertArrayEquals(gradX.floats(), farGrad.onHeap().floats());
    }

    @Test
    @DisplayName("what has no address is copied and counted when it is read, and refused when it is to be written")
    void withoutAnAddress() {
        Softmax softmax = provider(Softmax.class, "softmax-native");
        Tensor panels = WeightPanels.of(List.of(numbers(5, 4))).tensor();                  // (4,5) in another order of memory
        long copies = Operand.COPIES.sum();
        Tensor y = Tensor.zeros(4, 5);
        softmax.forward(panels, y);
        assertEquals(copies + 1, Operand.COPIES.sum());
        assertEquals(1, y.sum(false, 1).get(2), 1e-6);
        assertThrows(ShapeException.class, () -> softmax.forward(y, panels));
        assertThrows(ShapeException.class, () -> softmax.forward(Tensor.zeros(DType.F64, Shape.of(4, 5)), y));
        assertThrows(ShapeException.class, () -> softmax.forward(Tensor.zeros(5, 4).transpose(0, 1), y));
    }

    @Test
    @DisplayName("several operands of one array: q, k, v and their gradients inside fused rows are what they are apart")
    void oneArray() {
        AttentionKernel attention = provider(AttentionKernel.class, "native");
        int sequence = 7;
        int width = 12;                                                                    // NH 3, HS 4
        Tensor fused = numbers(1, sequence, 3 * width);
        Tensor gradFused = numbers(1, sequence, 3 * width);
        Tensor before = gradFused.copy();
        Tensor out = Tensor.zeros(1, 3, sequence, 4);
        Tensor sums = Tensor.zeros(1, 3, sequence);
        attention.forward(part(fused, 0), part(fused, 1), part(fused, 2), AttentionMask.CAUSAL, ScoreBias.NONE, out, sums);
        attention.backward(part(fused, 0), part(fused, 1), part(fused, 2), AttentionMask.CAUSAL, ScoreBias.NONE, out, sums, out,
                part(gradFused, 0), part(gradFused, 1), part(gradFused, 2));
        Tensor[] apart = new Tensor[3];
        for (int i = 0; i < 3; i++) {
            apart[i] = part(before, i).copy();
        }
        attention.backward(part(fused, 0).copy(), part(fused, 1).copy(), part(fused, 2).copy(), AttentionMask.CAUSAL, ScoreBias.NONE, out, sums, out,
                apart[0], apart[1], apart[2]);
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(apart[i].floats(), part(gradFused, i).copy().floats(), "gradient " + i);
        }
    }

    /** Part i of fused rows (B,T,3C) as heads (B,3,T,4). */
    private static Tensor part(Tensor fused, int i) {
        return fused.slice(2, 12 * i, 12 * i + 12).reshape(1, fused.shape().extent(1), 3, 4).transpose(1, 2);
    }

    @Test
    @DisplayName("matrices with negative strides, a bias that lies apart, and panels give the bits of the same product in Java")
    void matrices() {
        MatmulKernel kernel = provider(MatmulKernel.class, "native");
        MatmulKernel naive = MatmulKernel.naive();
        Tensor a = numbers(5, 33);
        Tensor b = numbers(33, 70);
        Tensor bias = numbers(70, 2);
        Matrix side = Matrix.of(bias.slice(1, 1, 2).transpose(0, 1));                      // (1,70), every second number
        Matrix flipped = Matrix.of(a.flip(0).flip(1));
        Matrix expected = Matrix.of(5, 70, new float[350]);
        Matrix actual = Matrix.of(5, 70, new float[350]);
        naive.multiplyPlus(flipped, Matrix.of(b), side, expected);
        kernel.multiplyPlus(flipped, Matrix.of(b), side, actual);
        assertArrayEquals(expected.data(), actual.data());
        WeightPanels panels = WeightPanels.of(List.of(b.transpose(0, 1)));
        naive.multiplyPanels(Matrix.of(a), panels, side, expected);
        kernel.multiplyPanels(Matrix.of(a), panels, side, actual);
        assertArrayEquals(expected.data(), actual.data());
    }

    @Test
    @DisplayName("memory is zeroed, counted, given back once, refused beyond a limit; one that fails inside a call is a Problem of three lines")
    void memory() {
        OpenObjects open = new OpenObjects();
        AllocatedMemory memory = new AllocatedMemory(open, false);
        long live = memory.total().liveBytes();
        Block block = memory.allocate(1000, "bindings-test");
        assertEquals(0, block.segment().asSlice(0, 1000).mismatch(MemorySegment.ofArray(new byte[1000])) + 1);
        assertEquals(0, block.segment().address() % 64);
        assertTrue(memory.total().liveBytes() >= live + 1000);
        Block forgotten = memory.allocate(5000, "bindings-test");
        block.close();
        block.close();
        assertThrows(IllegalStateException.class, () -> block.segment().get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0));
        open.close();
        assertThrows(IllegalStateException.class, () -> forgotten.segment().get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0));
        assertEquals(live, memory.total().liveBytes());

        memory.limit(memory.total().liveBytes() + 100);
        try {
            Problem full = assertThrows(Problem.class, () -> memory.allocate(101, "bindings-test"));
            assertTrue(full.text().matches("(?s)error: .+\nwhy: .+\nfix: .+"), full.text());
        } finally {
            memory.limit(0);
        }
        assertThrows(Problem.class, () -> memory.allocate(-1, "bindings-test"));

        Loss loss = provider(Loss.class, "cross-entropy-native");
        Tensor ids = Tensor.ofInts(Shape.of(2), 1, 2);
        AllocatedMemory.failAt(1);
        try {
            Problem failed = assertThrows(Problem.class, () -> loss.backward(numbers(2, 3), ids, numbers(2), Tensor.zeros(2, 3)));
            assertTrue(!failed.why().isEmpty() && !failed.fix().isEmpty(), failed.text());
        } finally {
            AllocatedMemory.failAt(0);
        }
        assertEquals(live, memory.total().liveBytes());
    }
}
