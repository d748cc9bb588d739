package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Pass;
import org.llmsys.inference.internal.ModelFolderStore;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.TransformerNetwork;

/** Our logits against those that another implementation of GPT-2 computed in float64. */
class Gpt2OracleTest {

    @Test
    @DisplayName("a GPT-2 folder from elsewhere gives the logits that picoGPT gives: first ten, argmax, sum and sum of squares of four positions")
    void logits() throws IOException {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null, "LLMSYS_SHARED does not name the folder of oracles");
        Path oracle = Path.of(shared, "oracles/fake_gpt2_picogpt_logits.json");
        Path folder = Path.of(shared, "data/models/fake_gpt2");
        Assumptions.assumeTrue(Files.exists(oracle) && Files.exists(folder), "the folder of oracles has no fake_gpt2");
        JsonObject expected = JsonParser.parseString(Files.readString(oracle)).getAsJsonObject();
        JsonArray inputs = expected.getAsJsonArray("input_ids");
        int[] ids = new int[inputs.size()];
        for (int t = 0; t < ids.length; t++) {
            ids[t] = inputs.get(t).getAsInt();
        }
        Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
        LoadedModel model = new ModelFolderStore(assemblies).load(folder);
        Tensor logits;
        try (StepRunner<TransformerNetwork> runner = assemblies.runner("test", model.model().blueprint(), StepListener.NONE)) {
            logits = runner.run((network, step) -> {
                try (Pass pass = Pass.inference(step, TensorAllocator.heap(), "test")) {
                    return network.forward(ids, 1, null, false, pass).value().copy();      // (1,T,V)
                }
            });
        }
        for (int t = 0; t < ids.length; t++) {
            assertRow(expected, t, logits.select(0, 0).select(0, t).copy().floats());
        }
    }

    private static void assertRow(JsonObject expected, int t, float[] row) {
        JsonArray first = expected.getAsJsonArray("logits_first10").get(t).getAsJsonArray();
        for (int v = 0; v < first.size(); v++) {
            assertEquals(first.get(v).getAsDouble(), row[v], 1e-6, "position " + t + " logit " + v);
        }
        int best = 0;
        double sum = 0;
        double squares = 0;
        for (int v = 0; v < row.length; v++) {
            best = row[v] > row[best] ? v : best;
            sum += row[v];
            squares += (double) row[v] * row[v];
        }
        assertEquals(expected.getAsJsonArray("argmax").get(t).getAsInt(), best, "argmax at position " + t);
        assertEquals(expected.getAsJsonArray("sum").get(t).getAsDouble(), sum, 1e-3, "sum at position " + t);
        assertEquals(expected.getAsJsonArray("sumsq").get(t).getAsDouble(), squares, 1e-3, "sum of squares at position " + t);
    }
}
