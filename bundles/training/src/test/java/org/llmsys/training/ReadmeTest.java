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
import org.llmsys.assembly.Job;
import org.llmsys.assembly.StepListener;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.Linear;
import org.llmsys.layers.LossLayer;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.llmsys.tokenizer.internal.CharTokenizerType;
import org.llmsys.training.BatchSource.Batch;
import org.llmsys.training.data.CorpusPreparation;
import org.llmsys.training.data.CorpusSettings;
import org.llmsys.training.data.DocumentSeparator;
import org.llmsys.training.data.PreparedData;
import org.llmsys.training.data.TextInput;
import org.llmsys.training.data.Windows;

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
    @DisplayName("the README's text becomes data, and its windows lie within documents")
    void data() throws IOException {
        String text = "once upon a time\n***\nthe clock stood still\n***\nno\n***\n".repeat(20);
        Path file = Files.writeString(folder.resolve("tales.txt"), text);
        Path out = folder.resolve("tales");

        Tokenizer tokenizer = new CharTokenizerType().train(text, TrainingSettings.DEFAULTS, Job.silent("train"));
        CorpusSettings settings = CorpusSettings.DEFAULTS.withSeparator(DocumentSeparator.of("line:***")).withShuffle(true, 7);
        new CorpusPreparation(tokenizer, settings).prepare(TextInput.of(file), out, Job.silent("prepare"));

        try (PreparedData data = PreparedData.open(out)) {
            data.verify();                                          // reads all, finds any changed byte
            Windows windows = new Windows(data.training(), 8, 4, true, data.documents());
            Batch batch = windows.shuffled(3, 1337, 0);             // (3,8) inputs and targets of step 0

            assertEquals(54, data.documents().count());
            assertEquals(24, batch.targets().length);
        }
    }

    @Test
    @DisplayName("the README shows the examples that run above, word for word")
    void sameWords() throws IOException {
        String[] parts = Files.readString(Path.of("README.md")).split("```java\n");
        String here = Files.readString(Path.of("src/test/java/org/llmsys/training/ReadmeTest.java"));
        assertEquals(3, parts.length);
        for (int i = 1; i < parts.length; i++) {
            String code = parts[i].substring(0, parts[i].indexOf("```")).indent(8).replaceAll("(?m)^ +$", "");
            String open = code.endsWith("\n        }\n") ? code.substring(0, code.length() - "        }\n".length()) : code;
            assertTrue(here.contains(open), open);                     // a block may go on with what the test looks at
        }
    }
}
