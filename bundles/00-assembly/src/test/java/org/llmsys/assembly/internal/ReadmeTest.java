package org.llmsys.assembly.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.assembly.internal.Fixture.GoodScale;
import org.llmsys.assembly.internal.Fixture.OtherScale;
import org.llmsys.assembly.internal.Fixture.Scale;

/** The code in the room's README. */
class ReadmeTest {

    @Test
    @DisplayName("the README's example runs")
    void example() {
        record Doubler(Need<Scale> scale) {
        }

        Assemblies assemblies = Assemblies.of(new GoodScale(), new OtherScale());   // in the workbench: the service Assemblies
        try (StepRunner<Doubler> runner = assemblies.runner("readme",
                needs -> new Doubler(needs.add(Scale.class, "double")), StepListener.NONE)) {
            float[] x = {1, 2};
            float[] y = runner.run(
                    (plan, step) -> {                                   // may run more than once: writes only what it owns
                        float[] result = new float[x.length];
                        step.get(plan.scale()).scale(x, result);
                        return result;
                    },
                    result -> Float.isFinite(result[0]) ? null : "the result is not finite",
                    (plan, step, result) -> assemblies.use("scale", "other"));   // runs once: the result counts now
            assertArrayEquals(new float[] {2, 4}, y);
            assertEquals("other", runner.run((plan, step) -> step.nameOf(plan.scale())));
        }
    }

    @Test
    @DisplayName("the README shows the example that runs above, word for word")
    void sameWords() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String code = readme.substring(readme.indexOf("```java\n") + "```java\n".length());
        code = code.substring(0, code.indexOf("```"));
        String source = Files.readString(Path.of("src/test/java/org/llmsys/assembly/internal/ReadmeTest.java"));
        assertTrue(source.contains(code.indent(8).replaceAll("(?m)^ +$", "")), code);
    }
}
