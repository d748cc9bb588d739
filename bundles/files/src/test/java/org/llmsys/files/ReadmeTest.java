package org.llmsys.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;
import org.llmsys.files.SafetensorsReader.NumberCheck;
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
}
