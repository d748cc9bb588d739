package org.llmsys.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Job;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.ModelConversion;
import org.llmsys.inference.ModelStore;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Console;
import org.llmsys.shell.HelpPage;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelPresets;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;

class ModelInfoCommandTest {

    private final ClassPathWorkbench workbench = ClassPathWorkbench.open(WorkerPool.SERIAL);
    private final Assemblies assemblies = workbench.assemblies();
    private final ModelStore store = workbench.get(ModelStore.class);
    /** 5 layers, 8 heads of which 4 are of keys, C 64, F 172, context 512. */
    private final ModelConfig config = ModelPresets.named("stories260K");

    @TempDir
    Path folder;

    private String run(String model, String... more) throws Exception {
        Path path = folder.resolve("model");
        store.save(new LoadedModel("m", new TransformerModel(config, ModelWeights.initialize(config, 1)), null), path);
        if (!model.equals("model")) {
            new ModelConversion(assemblies).convert(new ModelConversion.Order(path, folder.resolve(model), "gguf", DType.Q8_0, false), Job.silent("test"));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Console console = new Console(InputStream.nullInputStream(), new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(PrintStream.nullOutputStream()), false, false);
        List<String> words = new ArrayList<>(List.of("--model", folder.resolve(model).toString()));
        words.addAll(List.of(more));
        assertEquals(0, new ModelInfoCommand(new Models(store, assemblies), assemblies).run(new Arguments(HelpPage.of("model-info").orElseThrow(), words), console));
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName("text: parameters, rotary positions, no tokenizer and why, 5·2·4·8·512·4 bytes of cache, layers, bytes in the file")
    void text() throws Exception {
        String text = run("model");
        for (String expected : new String[] {"parameters     260,032", "rotary         theta 10000.0, interleaved", "tokenizer      none: ", "cache          655,360 bytes",
            "wte  ", "in the file", "in memory", "1,040,128"}) {
            assertTrue(text.contains(expected), expected + " is not in\n" + text);
        }
        assertFalse(text.contains("model.layers.0"), text);
    }

    @Test
    @DisplayName("a Q8_0 file: 34 bytes for 32 numbers in the file, panels in memory, the file's tensors by their names there")
    void quantized() throws Exception {
        String text = run("small.gguf", "--tensors");
        assertTrue(text.contains("q8_0 in panels") && text.contains("blk.4.ffn_up.weight"), text);
        String json = run("small.gguf", "--json", "--tensors");
        // the table 512·64, and in 5 layers q, o 64·64, k, v 32·64, gate, up 172·64; ffn_down's rows of 172 are no whole blocks
        long blocks = 512 * 64 + 5 * (2 * 64 * 64 + 2 * 32 * 64 + 2 * 172 * 64);
        for (String expected : new String[] {"\"format\": \"gguf\"", "\"parameters\": 260032", "\"cacheBytes\": 655360", "\"numKvHeads\": 4", "\"headDim\": 8",
            "{\"type\": \"q8_0\", \"tensors\": 31, \"bytes\": " + blocks / 32 * 34 + "}", "{\"type\": \"f16\", \"tensors\": 5, \"bytes\": " + 5 * 64 * 172 * 2 + "}",
            "{\"name\": \"blk.0.attn_k.weight\", \"type\": \"q8_0\", \"shape\": [32, 64], \"bytes\": 2176}", "\"tokenizer\": null"}) {
            assertTrue(json.contains(expected), expected + " is not in\n" + json);
        }
    }
}
