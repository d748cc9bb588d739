package org.llmsys.inference.insight;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.StepListener;
import org.llmsys.files.SafetensorsReader;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.PythonScript;
import org.llmsys.inference.internal.ModelFolderStore;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;

/** Lens, saliency, attention patterns and roll-out of random models, against transformers and torch.autograd; skipped where those are missing. */
class SaliencyAgainstTransformersTest {

    private static final double TOLERANCE = 2e-5;

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();

    @TempDir
    Path folder;

    @Test
    @DisplayName("GPT-2 and Llama with grouped queries look inside as transformers sees them: lens, patterns, gradients, roll-out")
    void inside() throws Exception {
        new PythonScript("insight/saliency_models.py", "torch", "transformers", "safetensors").run(folder);
        for (String name : List.of("gpt2", "llama")) {
            Map<String, Tensor> expected = SafetensorsReader.read(folder.resolve(name).resolve("inside.safetensors"), NumberCheck.FINITE).tensors();
            LoadedModel model = new ModelFolderStore(assemblies).load(folder.resolve(name));
            int[] ids = new int[expected.get("ids").shape().intExtent(0)];
            for (int t = 0; t < ids.length; t++) {
                ids[t] = (int) expected.get("ids").getLong(t);
            }
            lens(name, model, ids, expected.get("lens"));
            gradients(name, model, ids, expected);
            patterns(name, model, ids, expected);
        }
    }

    private void lens(String name, LoadedModel model, int[] ids, Tensor expected) {
        int vocabSize = model.model().config().vocabSize();
        List<LogitLens.Reading> readings = new LogitLens(assemblies).read(model.model(), ids, vocabSize, StepListener.NONE);
        assertEquals(expected.shape().extent(0), readings.size());
        for (int layer = 0; layer < readings.size(); layer++) {
            for (int t = 0; t < ids.length; t++) {
                LogitLens.Foreseen foreseen = readings.get(layer).positions().get(t);
                assertEquals(vocabSize, foreseen.top().size());
                double entropy = 0;
                for (LogitLens.Guess guess : foreseen.top()) {
                    double probability = expected.get(layer, t, guess.id());
                    assertEquals(probability, guess.probability(), TOLERANCE, name + " layer " + layer + " position " + t + " id " + guess.id());
                    entropy -= probability == 0 ? 0 : probability * Math.log(probability) / Math.log(2);
                }
                assertEquals(entropy, foreseen.entropy(), 1e-3, name + " layer " + layer + " position " + t);
            }
        }
    }

    private void gradients(String name, LoadedModel model, int[] ids, Map<String, Tensor> expected) {
        int target = (int) expected.get("target").getLong(0);
        Saliency.Scores scores = new Saliency(assemblies).of(model.model(), ids, OptionalInt.of(target), StepListener.NONE);
        double largest = 0;
        for (int t = 0; t < ids.length; t++) {
            largest = Math.max(largest, scores.gradient()[t]);
        }
        for (int t = 0; t < ids.length; t++) {
            assertEquals(expected.get("gradient").get(t), scores.gradient()[t], 1e-4 * largest, name + " token " + t);
            assertEquals(expected.get("times_input").get(t), scores.timesInput()[t], 1e-4 * largest, name + " token " + t);
        }
    }

    private void patterns(String name, LoadedModel model, int[] ids, Map<String, Tensor> expected) {
        AttentionPatterns patterns = new AttentionPatterns.Reader(assemblies).read(model.model(), ids, List.of(), List.of(), StepListener.NONE);
        assertEquals(model.model().config().numLayers() * model.model().config().numHeads(), patterns.heads().size());
        List<double[]> rollout = Rollout.of(patterns);
        for (int query = 0; query < ids.length; query++) {
            for (int key = 0; key < ids.length; key++) {
                for (AttentionHead head : patterns.heads()) {
                    assertEquals(expected.get("patterns").get(head.layer(), head.head(), query, key), head.weights()[query][key], TOLERANCE,
                            name + " layer " + head.layer() + " head " + head.head() + " at " + query + ", " + key);
                }
                assertEquals(expected.get("rollout").get(query, key), rollout.get(query)[key], TOLERANCE, name + " roll-out at " + query + ", "
                        + key);
            }
        }
    }
}
