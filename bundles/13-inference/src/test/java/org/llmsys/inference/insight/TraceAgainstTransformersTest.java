package org.llmsys.inference.insight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;

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

/** Places of two random models against what Hugging Face transformers shows of the same pass; skipped where that is not installed. */
class TraceAgainstTransformersTest {

    private static final double TOLERANCE = 1e-4;

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();

    @TempDir
    Path folder;

    @Test
    @DisplayName("streams, patterns, norms, the feed-forward network's inside and the logits of GPT-2 and Llama are those of transformers")
    void places() throws Exception {
        new PythonScript("insight/traces.py", "torch", "transformers", "safetensors").run(folder);
        for (String name : new String[] {"gpt2", "llama"}) {
            Map<String, Tensor> expected = SafetensorsReader.read(folder.resolve(name).resolve("traces.safetensors"), NumberCheck.FINITE).tensors();
            int[] ids = new int[expected.get("ids").shape().intExtent(0)];
            for (int t = 0; t < ids.length; t++) {
                ids[t] = (int) expected.get("ids").getLong(t);
            }
            LoadedModel model = new ModelFolderStore(assemblies).load(folder.resolve(name).resolve("model.safetensors"));
            Map<String, Tensor> seen = new TraceRecorder(assemblies, StepListener.NONE).record(model, ids, TracePattern.ALL).places();
            for (int i = 0; i < 3; i++) {
                String block = "blocks." + i + ".";
                assertClose(expected.get("hidden." + i), seen.get(block + "hook_resid_pre"), name + " stream " + i);
                assertClose(expected.get("attention." + i), seen.get(block + "attn.hook_pattern"), name + " pattern " + i);
                assertClose(expected.get("normalized." + i), seen.get(block + "ln2.hook_normalized"), name + " norm " + i);
                assertClose(expected.get("mlp_pre." + i), seen.get(block + "mlp.hook_pre"), name + " pre " + i);
                assertClose(expected.get("mlp_post." + i), seen.get(block + "mlp.hook_post"), name + " post " + i);
                assertClose(expected.get("mlp_out." + i), seen.get(block + "hook_mlp_out"), name + " mlp " + i);
            }
            assertClose(expected.get("hidden.3"), seen.get("ln_final.hook_normalized"), name + " last stream");
            assertClose(expected.get("logits"), seen.get(Trace.LOGITS), name + " logits");
        }
    }

    /** Of what transformers has without an axis for a batch of one. */
    private static void assertClose(Tensor expected, Tensor seen, String what) {
        Tensor one = seen.select(0, 0).copy();
        assertEquals(expected.shape(), one.shape(), what);
        double largest = 0;
        for (int i = 0; i < one.size(); i++) {
            double size = Math.max(1, Math.abs(expected.floats()[i]));
            largest = Math.max(largest, Math.abs(expected.floats()[i] - one.floats()[i]) / size);
        }
        assertTrue(largest < TOLERANCE, what + ": largest difference " + largest);
    }
}
