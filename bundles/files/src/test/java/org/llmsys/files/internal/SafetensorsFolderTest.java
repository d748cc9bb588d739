package org.llmsys.files.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;
import org.llmsys.files.ModelFile;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

class SafetensorsFolderTest {

    private final SafetensorsFolder format = new SafetensorsFolder();

    @TempDir
    Path parent;

    @Test
    @DisplayName("a model comes back from its folder, and from its weights' path")
    void roundTrip() {
        Path folder = save("{\"config\":1}", "{\"tokenizer\":1}");
        for (Path path : new Path[] {folder, folder.resolve("model.safetensors")}) {
            assertTrue(format.recognizes(path));
            ModelFile read = format.read(path);
            assertEquals("{\"config\":1}", read.config());
            assertEquals("{\"tokenizer\":1}", read.tokenizer());
            assertArrayEquals(new float[] {1, 2}, read.tensors().get("w").onHeap().floats());
            assertEquals("pt", read.metadata().get("format"));
        }
    }

    @Test
    @DisplayName("weights are mapped in the file's own types until the model is closed; a tokenizer of another form is found")
    void mapped() throws IOException {
        Path folder = parent.resolve("mapped");
        Tensor half = Tensor.of(Shape.of(2), 1, 2).to(DType.F16);
        format.write(folder, new ModelFile("{}", null, Map.of("w", half, "x", half.to(DType.F64)), Map.of()));
        assertNull(format.read(folder).tokenizerFile());
        Files.writeString(folder.resolve("tokenizer.model"), "");
        ModelFile read = format.read(folder);
        assertEquals(folder, read.tokenizerFile());
        assertEquals(DType.F16, read.tensors().get("w").dtype());
        assertEquals(DType.F64, read.tensors().get("x").dtype());
        assertNull(read.tensors().get("w").storage().floats());
        format.write(folder, new ModelFile("{}", "{}", Map.of("w", Tensor.zeros(9)), Map.of()));
        assertEquals(2, read.tensors().get("w").get(1), "the mapped bytes outlive the file they were in");
        read.close();
        assertThrows(Problem.class, () -> read.tensors().get("w").get(1));
        assertNull(format.read(folder).tokenizerFile());
    }

    @Test
    @DisplayName("another model in the same folder takes the old one's tokenizer and training state with it")
    void replacesAll() throws IOException {
        Path folder = save("{}", "{}");
        Files.writeString(folder.resolve("training.json"), "{}");
        save("{}", null);
        assertNull(format.read(folder).tokenizer());
        assertFalse(Files.exists(folder.resolve("training.json")));
    }

    @Test
    @DisplayName("weights that hold NaN are not written over good ones")
    void refusesNaN() {
        Path folder = save("{}", null);
        Tensor bad = Tensor.of(Shape.of(1), Float.POSITIVE_INFINITY);
        assertThrows(Problem.class, () -> format.write(folder, new ModelFile("{}", null, Map.of("w", bad), Map.of())));
        assertEquals(2, format.read(folder).tensors().get("w").get(1));
    }

    @Test
    @DisplayName("a pickle, a missing folder and a missing config are refused by name")
    void refusals() throws IOException {
        Path folder = Files.createDirectory(parent.resolve("other"));
        refused(parent.resolve("nothing"), "no such folder");
        refused(folder, "holds no model.safetensors");
        Files.writeString(folder.resolve("pytorch_model.bin"), "");
        refused(folder, "pickle");
        Files.copy(save("{}", null).resolve("model.safetensors"), folder.resolve("model.safetensors"));
        refused(folder, "has no config.json");
        Files.write(folder.resolve("config.json"), new byte[] {(byte) 0xff});
        refused(folder, "UTF-8");
        Problem problem = assertThrows(Problem.class, () -> format.write(parent.resolve("x.safetensors"), new ModelFile("{}", null, Map.of(),
                Map.of())));
        assertEquals(Problem.MISUSED, problem.exitStatus());
    }

    @Test
    @DisplayName("the end tokens of generation_config.json take the place of those in config.json; a damaged one is refused by its name")
    void endTokens() throws IOException {
        Path folder = save("{\"eos_token_id\": 1, \"a\": null}", "{}");
        Path generation = folder.resolve("generation_config.json");
        for (String same : List.of("{}", "{\"eos_token_id\": null}", "{\"eos_token_id\": 1, \"temperature\": 0.6}")) {
            Files.writeString(generation, same);
            assertEquals("{\"eos_token_id\": 1, \"a\": null}", config(folder));
        }
        Files.writeString(generation, "{\"eos_token_id\": [1, 7, 9]}");
        assertEquals("{\"eos_token_id\":[1,7,9],\"a\":null}", config(folder).replaceAll("\\s", ""));
        for (String damaged : List.of("", "[", "7", "{\"eos_token_id\": \"1\"}", "{\"eos_token_id\": [[1]]}", "{\"eos_token_id\": {}}",
                "{\"a\": " + "[".repeat(100_000))) {
            Files.writeString(generation, damaged);
            Problem problem = assertThrows(Problem.class, () -> format.read(folder), damaged);
            assertTrue(problem.text().contains("generation_config.json") && problem.text().length() < 500, problem.text());
        }
    }

    private String config(Path folder) {
        try (ModelFile read = format.read(folder)) {
            return read.config();
        }
    }

    private void refused(Path path, String expected) {
        Problem problem = assertThrows(Problem.class, () -> format.read(path));
        assertTrue(problem.why().contains(expected), problem.text());
    }

    private Path save(String config, String tokenizer) {
        Path folder = parent.resolve("model");
        format.write(folder, new ModelFile(config, tokenizer, Map.of("w", Tensor.of(Shape.of(2), 1, 2)), Map.of()));
        return folder;
    }
}
