package org.llmsys.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.ShapeException;

class NamedWeightsTest {

    private final Variable weight = Trial.random("h.0.fc.weight", 3, 2);
    private final NamedWeights weights = NamedWeights.of(weight, Trial.random("h.1.fc.weight", 3, 2));

    @Test
    @DisplayName("scopes within scopes put their names before the weight's, and leave the outer one as it was")
    void scopes() {
        Parameters block = weights.scope("h").scope("0");
        assertSame(weight, block.get("fc.weight", 3, 2));
        assertSame(weight, block.scope("fc").get("weight", 3, 2));
        assertSame(weight, weights.get("h.0.fc.weight", 3, 2));
        assertNull(weights.find("fc.weight", 3, 2));
    }

    @Test
    @DisplayName("a missing weight is null to find, and refused with its whole name by get")
    void missing() {
        assertNull(weights.scope("h.0").find("fc.bias", 2));
        Problem problem = assertThrows(Problem.class, () -> weights.scope("h.0").get("fc.bias", 2));
        assertEquals("there is no weight h.0.fc.bias", problem.getMessage());
        assertTrue(problem.why().contains("(2)"), problem.why());
    }

    @Test
    @DisplayName("a weight of another shape is refused with its whole name and both shapes, by get and by find")
    void otherShape() {
        for (ShapeException refused : new ShapeException[] {
                assertThrows(ShapeException.class, () -> weights.scope("h.0").get("fc.weight", 2, 3)),
                assertThrows(ShapeException.class, () -> weights.scope("h.0").find("fc.weight", 2, 3))}) {
            assertEquals("h.0.fc.weight: (3, 2) and (2, 3) do not fit", refused.getMessage());
        }
    }

    @Test
    @DisplayName("two weights of one name are refused; no weights at all are fine")
    void names() {
        assertThrows(Problem.class, () -> NamedWeights.of(weight, weight));
        assertNull(NamedWeights.of().find("weight", 1));
    }
}
