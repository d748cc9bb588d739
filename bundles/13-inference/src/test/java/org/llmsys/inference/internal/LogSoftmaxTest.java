package org.llmsys.inference.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.inference.LogProbabilities;
import org.llmsys.inference.LogProbabilities.Alternative;

class LogSoftmaxTest {

    @Test
    @DisplayName("values as torch.log_softmax in float64 gives them for 1, -2.5, 3, 0.25; of equals the lower id first; a removed one is not named")
    void byTorch() {
        float[] logits = {99, 1, -2.5f, 3, 0.25f};
        LogProbabilities found = LogSoftmax.of(logits, 1, 4, 1, 3);
        assertEquals(-5.685109, found.logProbability(), 1e-6);
        assertEquals(List.of(2, 0, 3), found.top().stream().map(Alternative::id).toList());
        assertEquals(-0.185109, found.top().getFirst().logProbability(), 1e-6);
        assertEquals(-2.185109, found.top().get(1).logProbability(), 1e-6);
        assertEquals(-2.935109, found.top().get(2).logProbability(), 1e-6);
        float no = Float.NEGATIVE_INFINITY;
        assertEquals(List.of(1, 3), LogSoftmax.of(new float[] {no, 7, no, 7}, 0, 4, 1, 4).top().stream().map(Alternative::id).toList());
        assertEquals(Math.log(0.5), LogSoftmax.of(new float[] {no, 1e30f, no, 1e30f}, 0, 4, 3, 0).logProbability(), 1e-12);
    }
}
