package org.llmsys.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.internal.EagerTape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.internal.ArenaAllocator;
import org.llmsys.tensor.internal.HeapAllocator;

class PassTest {

    @Test
    @DisplayName("closing a pass gives all of its memory back, that of its gradients too")
    void givesMemoryBack() {
        HeapAllocator heap = new HeapAllocator();
        try (Pass pass = Pass.training(null, new EagerTape(), heap, "test", 1, 1)) {
            Variable x = Variable.parameter("x", Tensor.zeros(3));
            Variable y = pass.tape().record("first", pass.zeros(1), (g, gradients) -> gradients.into(x).set(g.get(0), 0), x);
            assertEquals(1, pass.tape().backward(y).of(x).get(0));
            assertEquals(4 * (1 + 1 + 3), live(heap));          // y, its gradient, x's gradient
        }
        assertEquals(0, live(heap));
    }

    @Test
    @DisplayName("what is put off happens once, in order, when the pass completes, and never when it does not")
    void whenComplete() {
        StringBuilder happened = new StringBuilder();
        try (Pass pass = Pass.inference(null, new HeapAllocator(), "test")) {
            pass.whenComplete(() -> happened.append('a'));
            pass.withoutGradients().whenComplete(() -> happened.append('b'));
            assertEquals("", happened.toString());
            pass.complete();
            pass.complete();
        }
        try (Pass pass = Pass.inference(null, new HeapAllocator(), "test")) {
            pass.whenComplete(() -> happened.append('c'));
        }
        assertEquals("ab", happened.toString());
    }

    @Test
    @DisplayName("when a pass is closed there is no way back any more, completed or not: its memory may serve the next pass already")
    void closedIsOver() {
        for (boolean completes : new boolean[] {true, false}) {
            Pass pass = Pass.training(null, new EagerTape(), new HeapAllocator(), "test", 1, 1);
            Variable x = Variable.parameter("x", Tensor.zeros(3));
            Variable y = pass.tape().record("first", pass.zeros(1), (g, gradients) -> gradients.into(x).set(g.get(0), 0), x);
            if (completes) {
                pass.complete();
            }
            pass.close();
            assertEquals("this pass is closed", assertThrows(Problem.class, () -> pass.tape().backward(y)).getMessage());
        }
    }

    @Test
    @DisplayName("with an allocator that lies off the heap a pass still computes in arrays, and leaves nothing behind")
    void anyAllocatorWillDo() {
        ArenaAllocator arena = new ArenaAllocator();
        try (Pass pass = Pass.inference(null, arena, "test")) {
            assertNotNull(pass.zeros(2, 3).floats());
            assertNotNull(pass.zeros(2, 3).floats());
        }
        assertEquals(0, live(arena));
    }

    @Test
    @DisplayName("only a training pass records and drops out")
    void kinds() {
        Pass inference = Pass.inference(null, new HeapAllocator(), "test");
        Pass training = Pass.training(null, new EagerTape(), new HeapAllocator(), "test", 1, 1);
        assertFalse(inference.training() || inference.tape().recording());
        assertTrue(training.training() && training.tape().recording());
        assertTrue(training.withoutGradients().training());
        assertFalse(training.withoutGradients().tape().recording());
    }

    @Test
    @DisplayName("random draws are functions of seed, step and place")
    void randomDraws() {
        long draw = pass(1, 2).random(3).nextLong();
        assertEquals(draw, pass(1, 2).random(3).nextLong());
        assertFalse(draw == pass(2, 2).random(3).nextLong() || draw == pass(1, 3).random(3).nextLong() || draw == pass(1, 2).random(4).nextLong());
    }

    private static Pass pass(long seed, long place) {
        return Pass.training(null, new EagerTape(), new HeapAllocator(), "test", seed, place);
    }

    private static long live(TensorAllocator allocator) {
        return allocator.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum();
    }
}
