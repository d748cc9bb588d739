package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Provider;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.sampling.Sampler;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;

/** Random draws are functions of seed and position: another one for each token, and the same again when a step is repeated. */
class DrawsTest {

    @Test
    @DisplayName("token n of a sequence is drawn with the stream at (seed, prompt length + n)")
    void eachPositionHasItsDraw() {
        RecordingSampler sampler = new RecordingSampler();
        TensorAllocator allocator = TensorAllocator.heap();
        Assemblies assemblies = ClassPathWorkbench.open(allocator, WorkerPool.SERIAL, sampler).assemblies();
        LoadedModel model = TinyModels.characters(assemblies, 24);
        int[] prompt = {3, 1, 4};
        GenerationOptions options = new GenerationOptions(5, "recording", List.of(), 42, List.of());
        try (GenerationSession session = new AutoregressiveEngine(assemblies).open(model, prompt, options, StepListener.NONE)) {
            for (int n = 0; n < 5; n++) {
                session.next();
            }
        }
        List<Double> expected = new ArrayList<>();
        for (int n = 0; n < 5; n++) {
            expected.add(RandomStream.at(42, prompt.length + n).nextDouble());
        }
        assertEquals(expected, sampler.draws);
    }

    /** Notes what it is given to draw with. */
    @Provider(slot = "sampler", algorithm = "recording", name = "recording")
    static final class RecordingSampler implements Sampler {

        private final List<Double> draws = new ArrayList<>();

        @Override
        public int pick(float[] logits, DoubleSupplier source) {
            draws.add(source.getAsDouble());
            return 0;
        }
    }
}
