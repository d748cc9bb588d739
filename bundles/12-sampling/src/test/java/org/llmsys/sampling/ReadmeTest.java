package org.llmsys.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.tensor.WorkerPool;

/** The code of the room's README runs here, and gives what the README says. */
class ReadmeTest {

    private static final float NO = Float.NEGATIVE_INFINITY;

    @Test
    @DisplayName("the nucleus of 0.7, then two draws")
    void nucleus() {
        Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
        float[] logits = {log(1 / 8f), log(1 / 2f), log(1 / 4f), log(1 / 8f)};
        try (Assemblies.Held<LogitsFilterFactory> topP = assemblies.hold(LogitsFilterFactory.class, "top-p");
                Assemblies.Held<Sampler> sampler = assemblies.hold(Sampler.class, "categorical")) {
            LogitsFilter filter = topP.provider().create(Options.of("top-p", topP.provider(), Map.of("p", 0.7)));
            filter.apply(logits);
            assertArrayEquals(new float[] {NO, log(1 / 2f), log(1 / 4f), NO}, logits);
            assertEquals(1, sampler.provider().pick(logits, () -> 0.66));
            assertEquals(2, sampler.provider().pick(logits, () -> 0.67));
        }
    }

    @Test
    @DisplayName("a penalty that remembers, and answers out of a list")
    void penaltyAndBias() {
        Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
        try (Assemblies.Held<LogitsFilterFactory> penalty = assemblies.hold(LogitsFilterFactory.class, "frequency-penalty")) {
            LogitsFilter filter = penalty.provider().create(Options.of("frequency-penalty", penalty.provider(), Map.of("penalty", 0.5)));
            float[] three = {1, 1, 1};
            filter.accept(2);
            filter.accept(2);
            filter.apply(three);
            assertArrayEquals(new float[] {1, 1, 0}, three);
        }
        try (Assemblies.Held<LogitsFilterFactory> bias = assemblies.hold(LogitsFilterFactory.class, "logit-bias")) {
            Options options = Options.of("logit-bias", bias.provider(), Map.of("others", -100.0, "0", 0.0, "2", 1.5));
            float[] answers = {1, 9, 1};
            bias.provider().create(options).apply(answers);
            assertArrayEquals(new float[] {1, -91, 2.5f}, answers);
        }
    }

    private static float log(float probability) {
        return (float) Math.log(probability);
    }

    @Test
    @DisplayName("the tables name every filter and sampler of the room")
    void everyProvider() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
        for (String slot : new String[] {"filter", "sampler"}) {
            assertTrue(assemblies.current().candidates(slot).size() >= 2);
            assemblies.current().candidates(slot).forEach(provider -> assertTrue(readme.contains("| `" + provider.name() + "` |"), provider.name()));
        }
    }
}
