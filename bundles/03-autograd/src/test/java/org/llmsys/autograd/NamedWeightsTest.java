package org.llmsys.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

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

    @Test
    @DisplayName("frozen: the same tensors as constants, by whole name, in every scope; the others still learn")
    void frozen() {
        NamedWeights frozen = weights.frozen(name -> name.startsWith("h.0."));
        Variable held = frozen.scope("h").get("0.fc.weight", 3, 2);
        assertFalse(held.differentiable());
        assertSame(weight.value(), held.value());
        assertTrue(frozen.get("h.1.fc.weight", 3, 2).differentiable());
        assertTrue(weights.get("h.0.fc.weight", 3, 2).differentiable());
        assertEquals(List.of("h.0.fc.weight", "h.1.fc.weight"), frozen.names());
    }

    @Test
    @DisplayName("a frozen weight gets no gradient, and what is computed from frozen weights only is not taken down")
    void frozenDoesNotLearn() {
        NamedWeights frozen = NamedWeights.of(Trial.random("body", 2, 2), Trial.random("head", 2, 1)).frozen("body"::equals);
        Variable x = Variable.constant("x", Trial.random("x", 1, 2).value());
        Workbench.trial().train(MatrixProduct::new, (product, pass) -> {
            Variable features = product.forward(x, frozen.get("body", 2, 2), false, pass);
            assertTrue(pass.tape().nodes().isEmpty());
            Gradients gradients = pass.tape().backward(product.forward(features, frozen.get("head", 2, 1), false, pass));
            assertNull(gradients.of(frozen.get("body", 2, 2)));
            assertEquals(features.value().get(0, 0), gradients.of(frozen.get("head", 2, 1)).get(0, 0));
        });
    }

    @Test
    @DisplayName("copyFrom takes the elements over, converts types, and keeps the tensors")
    void copies() {
        NamedWeights from = NamedWeights.of(Variable.constant("h.1.fc.weight", Tensor.ofDoubles(Shape.of(3, 2), 1, 2, 3, 4, 5, 6)));
        Tensor kept = weights.get("h.1.fc.weight", 3, 2).value();
        float before = weight.value().get(0, 0);
        weights.only(name -> name.startsWith("h.1.")).copyFrom(from);
        assertEquals(6, kept.get(2, 1));
        assertEquals(before, weight.value().get(0, 0));
    }

    @Test
    @DisplayName("copyFrom refuses with one error that lists all that is missing, unknown or of another shape, and copies nothing")
    void copiesAllOrNothing() {
        NamedWeights target = NamedWeights.of(Trial.random("a", 2), Trial.random("b", 3), Trial.random("c", 1));
        float before = target.get("c", 1).value().get(0);
        Problem problem = assertThrows(Problem.class, () -> target.copyFrom(
                NamedWeights.of(Trial.random("b", 3, 1), Variable.parameter("c", Tensor.of(Shape.of(1), 7)), Trial.random("d"))));
        assertEquals("a (2) is missing; b is (3, 1), not (3); d () is not known here", problem.why());
        assertEquals(before, target.get("c", 1).value().get(0));
    }
}
