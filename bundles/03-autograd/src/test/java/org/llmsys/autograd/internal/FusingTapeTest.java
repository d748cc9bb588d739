package org.llmsys.autograd.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.autograd.GradientTape;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

class FusingTapeTest {

    private static final ElementwiseKernel SUMS = ElementwiseKernel.scalar();

    private final PlainMemory memory = new PlainMemory();
    private GradientTape tape = new FusingTape().open(memory);

    /** y = a + b, whose gradients are that of y. */
    private Variable sum(Variable a, Variable b) {
        Tensor y = Tensor.zeros(a.shape().extents());
        SUMS.add(a.value(), b.value(), y);
        return tape.record("sum", y, (gradY, gradients) -> {
            gradients.add(a, gradY, SUMS);
            gradients.add(b, gradY, SUMS);
        }, a, b);
    }

    /** y = factor * x, written to the target. */
    private Variable scaled(Variable x, float factor) {
        Tensor y = Tensor.zeros(x.shape().extents());
        SUMS.scale(x.value(), factor, y);
        return tape.record("scaled", y, (gradY, gradients) -> {
            Gradients.Target target = gradients.target(x);
            if (target.accumulate()) {
                SUMS.addScaled(gradY, factor, target.tensor());
            } else {
                SUMS.scale(gradY, factor, target.tensor());
            }
        }, x);
    }

    private static Variable weight(String name, float... elements) {
        return Variable.parameter(name, Tensor.of(Shape.of(elements.length), elements));
    }

    @Test
    @DisplayName("the first gradient overwrites memory of any content, the next is added")
    void firstOverwrites() {
        Variable x = weight("x", 2);
        Variable y = sum(scaled(x, 3), scaled(x, 5));
        assertEquals(8, tape.backward(y).of(x).get(0));
    }

    @Test
    @DisplayName("the gradients of a sum are one tensor until more is added to one: the other keeps what it had")
    void sharedUntilWritten() {
        Variable x = weight("x", 1);
        Variable early = scaled(x, 2);
        Variable late = scaled(early, 10);               // its rule runs before more reaches early
        Variable y = sum(early, late);
        assertEquals(2 * (1 + 10), tape.backward(y).of(x).get(0));
    }

    @Test
    @DisplayName("a gradient that still waits is not changed by what is added to its twin")
    void waitingTwinIsSafe() {
        Variable x = weight("x", 1);
        Variable z = weight("z", 1);
        Variable a = scaled(x, 2);                       // consumed last
        Variable b = scaled(z, 3);                       // consumed before a
        Variable also = scaled(b, 7);                    // adds to b's gradient while a's waits in the same memory
        Variable y = sum(sum(a, b), also);
        Gradients gradients = tape.backward(y);
        assertEquals(2, gradients.of(x).get(0));
        assertEquals(3 * (1 + 7), gradients.of(z).get(0));
    }

    @Test
    @DisplayName("what the caller gets is its own: two weights that were added have two gradients")
    void weightsDoNotShare() {
        Variable a = weight("a", 1);
        Variable b = weight("b", 1);
        Gradients gradients = tape.backward(sum(a, b));
        assertNotSame(gradients.of(a).storage(), gradients.of(b).storage());
        assertEquals(1, gradients.of(a).get(0));
        assertEquals(1, gradients.of(b).get(0));
    }

    @Test
    @DisplayName("a variable that is added to itself gets its gradient twice")
    void twice() {
        Variable x = weight("x", 4);
        assertEquals(2, tape.backward(sum(x, x)).of(x).get(0));
    }

    @Test
    @DisplayName("the gradient of a result goes back to the memory when it has been used, once; those of weights stay")
    void givesBack() {
        Variable x = weight("x", 1);
        Variable y = scaled(scaled(x, 2), 3);
        Gradients gradients = tape.backward(y);
        assertEquals(2, memory.returned.size());         // of y and of 2x
        assertFalse(memory.returned.stream().anyMatch(t -> t.storage() == gradients.of(x).storage()));
    }

    @Test
    @DisplayName("the same bits as the eager tape, where every way of handing over is mixed")
    void sameAsEager() {
        float[][] found = new float[2][];
        for (int which = 0; which < 2; which++) {
            tape = which == 0 ? new EagerTape().open(memory) : new FusingTape().open(memory);
            Variable x = weight("x", 0.1f, -3);
            Variable a = scaled(x, 0.3f);
            Variable b = sum(a, scaled(a, 0.7f));
            Variable c = sum(b, sum(a, x));
            Variable first = tape.record("first", Tensor.zeros(1), (g, gradients) -> gradients.into(c).set(g.get(0) / 3, 0), c);
            found[which] = tape.backward(first).of(x).floats().clone();
        }
        assertArrayEquals(found[0], found[1]);
        assertTrue(found[0][0] > 0);
    }

    @Test
    @DisplayName("a walk without sums copies nothing: the weight's gradient is the tensor the rule wrote")
    void writtenInPlace() {
        Variable x = weight("x", 1);
        Tensor[] written = new Tensor[1];
        Variable y = tape.record("f", Tensor.zeros(1), (g, gradients) -> {
            written[0] = gradients.target(x).tensor();
            written[0].set(4, 0);
        }, x);
        Tensor gradient = tape.backward(y).of(x);
        assertSame(written[0].storage(), gradient.storage());
    }
}
