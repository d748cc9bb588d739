package org.llmsys.normalization;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;

/** The code of the room's README runs here, and gives what the README says. */
class ReadmeTest {

    @Test
    @DisplayName("(1, 7) becomes (-1, 1) and (0.2, 1.4)")
    void byHand() {
        List<Tensor> found = new ArrayList<>();
        Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
        Tensor x = Tensor.of(Shape.of(1, 2), 1, 7);                                 // (N,C)
        Tensor gamma = Tensor.of(Shape.of(2), 1, 1);
        Tensor y = Tensor.zeros(1, 2);
        for (String algorithm : List.of("layernorm", "rmsnorm")) {
            try (Assemblies.Held<Normalization> norm = assemblies.hold(Normalization.class, algorithm)) {
                norm.provider().forward(x, gamma, null, 1e-5f, y, null);
                System.out.println(algorithm + " " + y);                            // -1, 1 and 0.2, 1.4
                found.add(y.copy());
            }
        }
        assertEquals(-1, found.get(0).get(0, 0), 1e-5);
        assertEquals(1, found.get(0).get(0, 1), 1e-5);
        assertEquals(0.2, found.get(1).get(0, 0), 1e-5);
        assertEquals(1.4, found.get(1).get(0, 1), 1e-5);
    }
}
