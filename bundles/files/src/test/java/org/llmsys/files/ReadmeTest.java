package org.llmsys.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.files.internal.SafetensorsFolder;
import org.llmsys.files.internal.gguf.GgufModels;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.FileMapping;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

class ReadmeTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("the README's example prints what the README says, and the tensors end with the mapping")
    void example() {
        Path file = folder.resolve("demo.gguf");
        Tensor table = Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        AtomicFiles.ON_DISK.writeFile(file, GgufWriter.content(Map.of("general.name", GgufValue.of("demo")),
                List.of(new GgufWriter.Content("table", table.shape(), table))));
        GgufFile header = GgufReader.read(file);
        assertEquals("[3, 2]", header.tensors().getFirst().dimensions().toString());
        Map<String, Tensor> tensors = GgufData.read(file, header, NumberCheck.FINITE, FileMapping.create(), "demo");
        assertEquals("F32 (2, 3)\n[[1, 2, 3],\n [4, 5, 6]]", tensors.get("table").toString());
        tensors.values().forEach(tensor -> tensor.storage().close());
        assertThrows(Problem.class, () -> tensors.get("table").get(0, 0));
    }

    @Test
    @DisplayName("a folder read, quantized and written as GGUF takes as many bytes as the README says, less than a third")
    void convert() throws IOException {
        Assemblies assemblies = Assemblies.of(new SafetensorsFolder(), new GgufModels());
        Path folder = this.folder.resolve("model");
        Path gguf = this.folder.resolve("model.gguf");
        new SafetensorsFolder().write(folder, TinyModels.llama("llama", true, ""));
        Job job = Job.silent("convert");
        try (ModelFile model = ModelFiles.read(folder, assemblies)) {
            ModelFile small = WeightTypes.converted(model, DType.Q8_0, job);
            ModelFiles.write(gguf, small, "gguf", assemblies, job);
        }
        assertEquals(69088, Files.size(gguf));
        assertEquals(3.6, Files.size(folder.resolve("model.safetensors")) / (double) Files.size(gguf), 0.1);
    }
}
