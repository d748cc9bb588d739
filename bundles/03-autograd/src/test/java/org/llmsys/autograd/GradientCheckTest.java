package org.llmsys.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/** A check that cannot fail checks nothing: each kind of mistake here must be found. */
class GradientCheckTest {

    private final Trial trial = Workbench.trial();

    @Test
    @DisplayName("in double: the gradient (2x, 3y²) of x² + y³ is right, (2x, 3y) is found wrong at element 1")
    void functionInDouble() {
        double[] at = {1.5, -0.7};
        assertTrue(GradientCheck.DOUBLE.function("x² + y³", p -> p[0] * p[0] + p[1] * p[1] * p[1], at, new double[] {3, 3 * 0.49}).good());
        GradientCheck.Report wrong = GradientCheck.DOUBLE.function("x² + y³", p -> p[0] * p[0] + p[1] * p[1] * p[1], at, new double[] {3, -2.1});
        assertEquals(1, wrong.mismatches().size());
        assertEquals(1, wrong.mismatches().get(0).index());
        assertEquals(1.47, wrong.mismatches().get(0).numeric(), 1e-6);
        assertEquals(1.5, at[0]);
    }

    @Test
    @DisplayName("y = x² with the rule 2x passes; with x, 2.02x, or no gradient at all it does not")
    void findsWrongRules() {
        assertTrue(square(2).good());
        assertFalse(square(1).good());
        assertFalse(square(2.02f).good());
        assertFalse(square(0).good());
    }

    @Test
    @DisplayName("a rule that is right on average only, as equal weights would see it, is found")
    void findsErrorsThatCancel() {
        Variable x = Trial.random("x", 4);
        GradientCheck.Report report = GradientCheck.FLOAT.layer("reversed", trial.assemblies(), needs -> "", (none, pass) ->
                pass.tape().record("copy", x.value().copy(), (g, gradients) -> {
                    for (int i = 0; i < 4; i++) {
                        gradients.into(x).set(g.get(3 - i), i);
                    }
                }, x), x);
        assertEquals(4, report.mismatches().size());
    }

    @Test
    @DisplayName("a NaN is a mismatch, and the message names operation, input, element and both values")
    void saysWhatIsWrong() {
        Variable x = Trial.random("x", 2);
        GradientCheck.Report report = GradientCheck.FLOAT.layer("odd", trial.assemblies(), needs -> "", (none, pass) ->
                pass.tape().record("copy", x.value().copy(), (g, gradients) -> {
                    gradients.into(x).copyFrom(g);
                    gradients.into(x).set(Double.NaN, 1);
                }, x), x);
        assertEquals(1, report.mismatches().stream().filter(m -> m.operation().equals("odd")).count());
        String why = assertThrows(Problem.class, report::requireGood).why();
        assertTrue(why.contains("odd") && why.contains("dLoss/dx[1]") && why.contains("NaN"), why);
    }

    @Test
    @DisplayName("inputs are put back bit for bit")
    void putsInputsBack() {
        Variable x = Trial.random("x", 5);
        Tensor before = x.value().copy();
        trial.gradientCheck("square", Multiplication::new, (multiplication, pass) -> multiplication.forward(x, x, pass), x);
        for (int i = 0; i < 5; i++) {
            assertEquals(before.get(i), x.value().get(i));
        }
    }

    private GradientCheck.Report square(float factor) {
        Variable x = Variable.parameter("x", Tensor.of(Shape.of(3), 1, -2, 0.5f));
        return GradientCheck.FLOAT.layer("square", trial.assemblies(), needs -> "", (none, pass) -> {
            Tensor y = pass.zeros(3);
            for (int i = 0; i < 3; i++) {
                y.set(x.value().get(i) * x.value().get(i), i);
            }
            return pass.tape().record("square", y, (g, gradients) -> {
                for (int i = 0; i < 3 && factor != 0; i++) {
                    gradients.into(x).set(g.get(i) * factor * x.value().get(i), i);
                }
            }, x);
        }, x);
    }
}
