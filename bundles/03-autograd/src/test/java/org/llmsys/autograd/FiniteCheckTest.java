package org.llmsys.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

class FiniteCheckTest {

    @Test
    @DisplayName("a loss of NaN is refused by name, and the first operation that made it is named with what it was computed from")
    void namesTheOperation() {
        Variable x = Variable.parameter("x", Tensor.of(Shape.of(3), 1, -1, 2));
        Workbench.trial().train(needs -> "", (none, pass) -> {
            Variable loss = Reductions.sum(Functions.exp(Functions.log(Functions.tanh(x, pass), pass), pass), pass, false);
            Problem problem = assertThrows(Problem.class, () -> FiniteCheck.require(loss, pass.tape()));
            assertEquals("the loss sum is NaN", problem.getMessage());
            assertEquals("the first value that is not finite is the result of log(3), computed from [tanh(3)]", problem.why());
        });
    }

    @Test
    @DisplayName("a weight that is infinite itself is named, with the first operation it went into")
    void namesTheWeight() {
        Variable w = Variable.parameter("fc.weight", Tensor.of(Shape.of(2), Float.POSITIVE_INFINITY, 1));
        Workbench.trial().train(needs -> "", (none, pass) -> {
            Variable loss = Reductions.sum(Functions.tanh(w, pass), pass, false);
            FiniteCheck.require(loss, pass.tape());                                   // tanh has brought it back to 1
            assertEquals("the first value that is not finite is fc.weight(2), which went into tanh", FiniteCheck.firstFault(pass.tape()).orElseThrow());
            Problem problem = assertThrows(Problem.class, () -> FiniteCheck.require(Reductions.sum(w, pass, false), pass.tape()));
            assertEquals("the loss sum is Infinity", problem.getMessage());
        });
    }

    @Test
    @DisplayName("where all is finite nothing is said")
    void allGood() {
        Variable x = Trial.random("x", 13);
        Workbench.trial().train(needs -> "", (none, pass) -> {
            FiniteCheck.require(Reductions.mean(x, pass, false), pass.tape());
            assertTrue(FiniteCheck.firstFault(pass.tape()).isEmpty());
        });
    }
}
