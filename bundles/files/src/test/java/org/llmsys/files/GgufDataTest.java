package org.llmsys.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.internal.MappedAllocator;

class GgufDataTest {

    private final MappedAllocator mapping = new MappedAllocator();

    @TempDir
    Path folder;

    @Test
    @DisplayName("types that are computed as they are, are mapped and give their bytes back when closed; shapes are the usual way round")
    void mapped() throws IOException {
        Path file = folder.resolve("mapped.gguf");
        List<GgufWriter.Content> contents = new ArrayList<>();
        for (DType dtype : List.of(DType.F32, DType.F64, DType.F16, DType.BF16, DType.Q8_0, DType.Q4_0, DType.I32, DType.I64)) {
            contents.add(new GgufWriter.Content(dtype.name(), Shape.of(3, 64), Tensor.zeros(3, 64).to(dtype)));
        }
        AtomicFiles.ON_DISK.writeFile(file, GgufWriter.content(Map.of(), contents));
        Map<String, Tensor> read = read(file, NumberCheck.FINITE);
        read.forEach((name, tensor) -> {
            assertEquals(DType.valueOf(name), tensor.dtype());
            assertEquals(Shape.of(3, 64), tensor.shape());
            assertNull(tensor.storage().floats());
        });
        assertEquals(8, live());
        read.values().forEach(tensor -> tensor.storage().close());
        assertEquals(0, live());
    }

    @Test
    @DisplayName("block types without kernels become F32 on the heap, every block in its place, over the step in which they are read")
    void dequantized() throws IOException {
        int blocks = 5000;
        byte[] data = new byte[22 * blocks];
        for (int block = 0; block < blocks; block++) {
            data[22 * block + 1] = 0x3c;                                 // d = 1
            data[22 * block + 6] = (byte) (block % 16);                  // element 0: q, the fifth bit is 0
        }
        Tensor tensor = read(raw(GgufType.Q5_0, List.of(32L * 100, 50L), data), NumberCheck.FINITE).get("x");
        assertEquals(Shape.of(50, 3200), tensor.shape());
        assertNotNull(tensor.storage().floats());
        for (int block = 0; block < blocks; block++) {
            assertEquals(block % 16 - 16, tensor.get(block / 100, block % 100 * 32), "block " + block);
            assertEquals(-16, tensor.get(block / 100, block % 100 * 32 + 31), "block " + block);
        }
    }

    @Test
    @DisplayName("every type that is not read here is refused by its name and with the tensors that have it")
    void unknownTypes() throws IOException {
        for (GgufType type : List.of(GgufType.Q2_K, GgufType.Q3_K, GgufType.IQ2_XXS, GgufType.IQ4_NL, GgufType.MXFP4, GgufType.TQ1_0, GgufType.I8)) {
            Path file = raw(type, List.of((long) type.blockSize()), new byte[type.blockBytes()]);
            Problem problem = assertThrows(Problem.class, () -> read(file, NumberCheck.ANY));
            assertTrue(problem.why().contains(type.name()) && problem.why().contains("\"x\""), problem.text());
        }
    }

    @Test
    @DisplayName("NaN is refused with the tensor's name, and then nothing stays mapped; it may be let through")
    void numbers() throws IOException {
        Path file = folder.resolve("nan.gguf");
        Tensor bad = Tensor.of(Shape.of(3), 1, Float.NaN, 2);
        AtomicFiles.ON_DISK.writeFile(file, GgufWriter.content(Map.of(),
                List.of(new GgufWriter.Content("good", Shape.of(1), Tensor.zeros(1)), new GgufWriter.Content("bad", Shape.of(3), bad))));
        Problem problem = assertThrows(Problem.class, () -> read(file, NumberCheck.FINITE));
        assertTrue(problem.why().contains("\"bad\" holds NaN"), problem.text());
        assertEquals(0, live());
        assertTrue(Float.isNaN(read(file, NumberCheck.ANY).get("bad").get(1)));
        Path scale = raw(GgufType.Q6_K, List.of(256L), scaled(210, 208, 0x7c00));
        assertThrows(Problem.class, () -> read(scale, NumberCheck.FINITE));
    }

    @Test
    @DisplayName("a file of keys alone holds no weights")
    void noWeights() throws IOException {
        Path file = Files.write(folder.resolve("keys.gguf"), GgufWriter.header(Map.of("a", GgufValue.of(1)), List.of()));
        assertThrows(Problem.class, () -> read(file, NumberCheck.ANY));
        byte[] header = GgufWriter.header(Map.of(), List.of(new GgufTensor("x", GgufType.F32, List.of(8L), 0, 32)));
        Files.write(file, header);
        assertFalse(GgufReader.read(file).complete());
        assertThrows(Problem.class, () -> read(file, NumberCheck.ANY));
    }

    private static byte[] scaled(int bytes, int at, int half) {
        byte[] block = new byte[bytes];
        block[at] = (byte) half;
        block[at + 1] = (byte) (half >> 8);
        return block;
    }

    private Path raw(GgufType type, List<Long> dimensions, byte[] data) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(GgufWriter.header(Map.of(), List.of(new GgufTensor("x", type, dimensions, 0, data.length))));
        file.writeBytes(data);
        file.writeBytes(new byte[-data.length & 31]);
        return Files.write(folder.resolve(type + ".gguf"), file.toByteArray());
    }

    private Map<String, Tensor> read(Path file, NumberCheck numbers) {
        return GgufData.read(file, GgufReader.read(file), numbers, mapping, "test");
    }

    private long live() {
        return mapping.usage().stream().mapToLong(usage -> usage.count()).sum();
    }
}
