package org.llmsys.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.StepListener;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.Linear;
import org.llmsys.layers.LossLayer;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;

/** The code in the README. */
class ReadmeTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("the README's example finds the line")
    void example() {
        Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
        Path file = folder.resolve("line.safetensors");

        NamedWeights weights = NamedWeights.of(Variable.parameter("fc.weight", Tensor.zeros(1, 1)), Variable.parameter("fc.bias", Tensor.zeros(1)));
        Variable x = Variable.constant("x", Tensor.of(Shape.of(3, 1), 0, 1, 2));
        Tensor y = Tensor.of(Shape.of(3, 1), -1, 1, 3);
        record Fit(Linear line, LossLayer loss) {
        }

        try (NetworkTrainer<Fit> trainer = new NetworkTrainer<>(assemblies, "fit", weights.all().values(),
                needs -> new Fit(new Linear("fc", 1, 1, weights, needs), new LossLayer("mean-squared-error", needs)),
                LearningRule.of("momentum"), 1, StepListener.NONE)) {
            for (int i = 0; i < 300; i++) {
                trainer.step(0.05, (fit, pass) -> fit.loss().forward(fit.line().forward(x, pass), y, pass));
            }
        }
        WeightsFile.save(file, weights.all());              // fc.weight is 2, fc.bias -1

        assertEquals(2, weights.get("fc.weight", 1, 1).value().get(0, 0), 1e-3);
        assertEquals(-1, weights.get("fc.bias", 1).value().get(0), 1e-3);
        assertTrue(Files.exists(file));
    }

    @Test
    @DisplayName("the README shows the example that runs above, word for word")
    void sameWords() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String code = readme.substring(readme.indexOf("```java\n") + "```java\n".length());
        code = code.substring(0, code.indexOf("```"));
        assertTrue(Files.readString(Path.of("src/test/java/org/llmsys/training/ReadmeTest.java")).contains(code.indent(8).replaceAll("(?m)^ +$", "")), code);
    }
}
