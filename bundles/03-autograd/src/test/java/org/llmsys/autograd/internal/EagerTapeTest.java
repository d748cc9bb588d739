package org.llmsys.autograd.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.GradientTape;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** The tape alone, with rules of one number each that a reader can follow on paper. */
class EagerTapeTest {

    private final List<String> walked = new ArrayList<>();
    private final GradientTape tape = new EagerTape().open(new PlainMemory());

    @Test
    @DisplayName("y = x*x + x at x = 3: dy/dx = 2x + 1 = 7, one share from each of three uses")
    void everyUseOfAVariableAddsItsShare() {
        Variable x = parameter("x", 3);
        Variable y = add(multiply(x, x), x);
        assertEquals(12, y.value().get(0));
        assertEquals(7, tape.backward(y).of(x).get(0));
    }

    @Test
    @DisplayName("rules run once each, from the last operation to the first, and those after the root or beside it do not run")
    void walksBackwardsOnce() {
        Variable x = parameter("x", 2);
        Variable a = named("a", multiply(x, x));
        Variable beside = add(x, x);
        Variable b = add(a, a);
        Variable after = multiply(b, b);
        Gradients gradients = tape.backward(b);
        assertEquals(List.of("add", "a", "multiply"), walked);
        assertEquals(8, gradients.of(x).get(0));
        assertNull(gradients.of(beside));
        assertNull(gradients.of(after));
    }

    @Test
    @DisplayName("a chain that doubles 40 times has 40 steps back, though 2^40 paths lead through it")
    void isLinearInOperations() {
        Variable x = parameter("x", 1);
        Variable y = x;
        for (int i = 0; i < 40; i++) {
            y = add(y, y);
        }
        assertEquals(0x1p40f, tape.backward(y).of(x).get(0));
        assertEquals(40, walked.size());
    }

    @Test
    @DisplayName("what no weight went into is constant and takes no place on the tape")
    void constantsAreNotTakenDown() {
        Variable c = Variable.constant("c", Tensor.of(Shape.of(1), 5));
        Variable y = add(c, c);
        assertFalse(y.differentiable());
        assertTrue(tape.nodes().isEmpty());
        assertThrows(Problem.class, () -> tape.backward(y));
    }

    @Test
    @DisplayName("a detached variable keeps its value and passes nothing on")
    void detachCutsTheWayBack() {
        Variable x = parameter("x", 3);
        Variable square = multiply(x, x);
        Variable y = multiply(square.detach(), x);
        Gradients gradients = tape.backward(y);
        assertEquals(27, y.value().get(0));
        assertEquals(9, gradients.of(x).get(0));             // x² counts as the constant 9
        assertNull(gradients.of(square));
    }

    @Test
    @DisplayName("two ways back give two sets of gradients, equal and apart")
    void everyBackwardHasGradientsOfItsOwn() {
        Variable x = parameter("x", 3);
        Variable y = multiply(x, x);
        Tensor first = tape.backward(y).of(x);
        Tensor second = tape.backward(y).of(x);
        assertNotSame(first, second);
        assertEquals(6, first.get(0));
        assertEquals(6, second.get(0));
    }

    @Test
    @DisplayName("only a single number can be the root, and only one that this tape recorded")
    void refusesOtherRoots() {
        Variable pair = Variable.parameter("pair", Tensor.of(Shape.of(2), 1, 2));
        ShapeException e = assertThrows(ShapeException.class, () -> tape.backward(pair));
        assertTrue(e.getMessage().contains("pair") && e.getMessage().contains("(2)"), e.getMessage());
        GradientTape other = new EagerTape().open(new PlainMemory());
        Variable elsewhere = other.record("there", Tensor.of(Shape.of(1), 1), (g, gradients) -> { }, parameter("x", 1));
        assertThrows(Problem.class, () -> tape.backward(elsewhere));
    }

    @Test
    @DisplayName("a rule that adds to a constant is told so")
    void constantsHaveNoGradient() {
        Variable c = Variable.constant("c", Tensor.of(Shape.of(1), 5));
        Variable y = tape.record("careless", Tensor.of(Shape.of(1), 5), (g, gradients) -> gradients.into(c), c, parameter("x", 1));
        assertThrows(IllegalArgumentException.class, () -> tape.backward(y));
    }

    private static Variable parameter(String name, float value) {
        return Variable.parameter(name, Tensor.of(Shape.of(1), value));
    }

    private String pending;

    private Variable named(String name, Variable variable) {
        pending = name;
        return add(variable, Variable.constant("zero", Tensor.of(Shape.of(1), 0)));
    }

    private Variable add(Variable a, Variable b) {
        String name = pending == null ? "add" : pending;
        pending = null;
        return tape.record(name, Tensor.of(Shape.of(1), a.value().get(0) + b.value().get(0)), (g, gradients) -> {
            walked.add(name);
            into(a, g.get(0), gradients);
            into(b, g.get(0), gradients);
        }, a, b);
    }

    private Variable multiply(Variable a, Variable b) {
        return tape.record("multiply", Tensor.of(Shape.of(1), a.value().get(0) * b.value().get(0)), (g, gradients) -> {
            walked.add("multiply");
            into(a, g.get(0) * b.value().get(0), gradients);
            into(b, g.get(0) * a.value().get(0), gradients);
        }, a, b);
    }

    private static void into(Variable variable, float share, Gradients gradients) {
        if (gradients.wanted(variable)) {
            Tensor gradient = gradients.into(variable);
            gradient.set(gradient.get(0) + share, 0);
        }
    }
}
