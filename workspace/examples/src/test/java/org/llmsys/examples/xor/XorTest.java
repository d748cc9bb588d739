package org.llmsys.examples.xor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.examples.Examples;
import org.llmsys.examples.RecordingNotebook;
import org.llmsys.tensor.WorkerPool;

class XorTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    @DisplayName("it learns exclusive or: four right, loss below 0.01")
    void learns(long seed) throws IOException {
        RecordingNotebook notebook = Examples.run(Xor::new, "seed", seed);
        assertEquals(4, notebook.result("right"), notebook.text());
        assertTrue(notebook.result("loss") < 0.01, notebook.text());
    }

    @Test
    @DisplayName("one number at a time it comes to the same answers, to 1 in 1,000")
    void scalarIsTheSame() throws IOException {
        List<?> tensors = (List<?>) Examples.run(Xor::new, "steps", 500).reports().getLast().get("predictions");
        List<?> scalars = (List<?>) Examples.run(Xor::new, "steps", 500, "scalar", "").reports().getLast().get("predictions");
        for (int question = 0; question < 4; question++) {
            assertEquals((Double) tensors.get(question), (Double) scalars.get(question), 1e-3);
        }
    }

    @Test
    @DisplayName("the same seed gives the same reports, with one thread and with four; another seed gives others")
    void deterministic() throws IOException {
        List<Map<String, Object>> once = Examples.reports(1, Xor::new, "steps", 50);
        assertEquals(once, Examples.reports(4, Xor::new, "steps", 50));
        assertNotEquals(once, Examples.reports(1, Xor::new, "steps", 50, "seed", 2));
    }

    @Test
    @DisplayName("it stops when it is asked to")
    void stops() {
        assertThrows(CancellationException.class, () -> Examples.run(Xor::new, WorkerPool.SERIAL, new RecordingNotebook().stopAfter(20)));
    }
}
