package org.llmsys.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;

class TrialTest {

    private final Trial trial = Workbench.trial();

    @Test
    @DisplayName("infer runs the body once and records nothing; its memory goes back with the pass")
    void infers() {
        List<Tensor> seen = new ArrayList<>();
        trial.infer(Addition::new, (addition, pass) -> {
            assertFalse(pass.training() || pass.tape().recording());
            seen.add(addition.forward(Trial.random("a", 13), Trial.random("b", 13), pass).value());
            assertFalse(seen.get(0).storage().closed());
        });
        assertEquals(1, seen.size());
        assertTrue(seen.get(0).storage().closed());
    }

    @Test
    @DisplayName("train records; its three steps draw differently, and the next trial draws the same three times")
    void trains() {
        List<Long> draws = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            trial.train(3, needs -> "", (none, pass) -> {
                assertTrue(pass.training() && pass.tape().recording());
                draws.add(pass.random(0).nextLong());
            });
        }
        assertEquals(6, draws.size());
        assertEquals(draws.subList(0, 3), draws.subList(3, 6));
        assertEquals(3, new HashSet<>(draws).size());
    }

    @Test
    @DisplayName("what fails inside comes out, in both kinds of pass")
    void passesFailuresOn() {
        assertThrows(AssertionError.class, () -> trial.infer(needs -> "", (none, pass) -> assertEquals(1, 2)));
        assertThrows(AssertionError.class, () -> trial.train(needs -> "", (none, pass) -> assertEquals(1, 2)));
    }

    @Test
    @DisplayName("a gradient check throws for a rule that is 2 % too large")
    void checksGradients() {
        Variable x = Trial.random("x", 3);
        assertThrows(Problem.class, () -> trial.gradientCheck("copy", needs -> "", (none, pass) ->
                pass.tape().record("copy", x.value().copy(), (g, gradients) -> {
                    for (int i = 0; i < 3; i++) {
                        gradients.into(x).set(1.02 * g.get(i), i);
                    }
                }, x), x));
    }

    @Test
    @DisplayName("random numbers lie from -1 to 1, differ, and are functions of the name")
    void randomNumbers() {
        float[] numbers = Trial.random("x", 9, 23).value().floats();
        assertEquals(207, numbers.length);
        HashSet<Float> different = new HashSet<>();
        for (float number : numbers) {
            assertTrue(number >= -1 && number <= 1, "" + number);
            different.add(number);
        }
        assertTrue(different.size() > 200);
        assertArrayEquals(numbers, Trial.random("x", 207).value().floats());
        assertFalse(numbers[0] == Trial.random("y", 1).value().get(0));
        assertEquals(0, Trial.random("none", 0).value().size());
    }

    @Test
    @DisplayName("in F64 they are the same numbers, not rounded, and the gradient check is the one in double")
    void inDouble() {
        Variable wide = Trial.random(DType.F64, "x", 13);
        for (int i = 0; i < 13; i++) {
            assertEquals(Trial.random("x", 13).value().get(i), (float) wide.value().getDouble(i));
        }
        trial.gradientCheck("exp", needs -> "", (none, pass) -> {
            Variable y = Functions.exp(wide, pass);
            assertEquals(DType.F64, y.value().dtype());
            return y;
        }, wide);
    }
}
