package org.llmsys.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Problem;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.FileMapping;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.TensorAllocator.Usage;

class SafetensorsFileTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("a file written by hand, byte by byte as the specification says, is read")
    void readsTheSpecification() throws IOException {
        Path file = file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", bytes(8).putFloat(1.5f).putFloat(-2).array());
        NamedTensors read = SafetensorsReader.read(file, NumberCheck.FINITE);
        assertEquals(List.of("a"), List.copyOf(read.tensors().keySet()));
        assertArrayEquals(new float[] {1.5f, -2}, read.tensors().get("a").floats());
    }

    @Test
    @DisplayName("F16 and BF16 become F32 where kernels compute: 0x3C00 and 0x3F80 are both 1")
    void convertsHalves() throws IOException {
        Path file = file("{\"h\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[4,6]},"
                + "\"m\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[6,8]}}",
                bytes(8).putShort((short) 0x3C00).putShort((short) 0xC000).putShort((short) 0x3F80).put((byte) 1).put((byte) 0).array());
        Map<String, Tensor> read = SafetensorsReader.read(file, NumberCheck.FINITE).tensors();
        assertArrayEquals(new float[] {1, -2}, read.get("h").floats());
        assertArrayEquals(new float[] {1}, read.get("b").floats());
        assertEquals(1, read.get("m").getLong(0));
    }

    @Test
    @DisplayName("what is written comes back: every type, a scalar, an empty tensor, a view, odd names, notes")
    void roundTrip() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("a view", Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6).transpose(0, 1));
        tensors.put("scalar", Tensor.of(Shape.of(), 7));
        tensors.put("empty \"ü\"", Tensor.zeros(3, 0));
        tensors.put("f64", Tensor.zeros(DType.F64, Shape.of(2)));
        tensors.get("f64").set(Math.PI, 1);
        tensors.put("i64", Tensor.zeros(DType.I64, Shape.of(1)));
        tensors.get("i64").storage().setLong(0, Long.MIN_VALUE + 1);
        tensors.put("i32", Tensor.zeros(DType.I32, Shape.of(1, 1)));
        tensors.get("i32").set(-5, 0, 0);
        tensors.put("large", Tensor.zeros(300_007));           // more than one step of the reader
        for (int i = 0; i < 300_007; i++) {
            tensors.get("large").floats()[i] = i;
        }
        Path file = folder.resolve("all.safetensors");
        AtomicFiles.ON_DISK.writeFile(file, SafetensorsWriter.content(new NamedTensors(tensors, Map.of("made by", "a test"))));
        NamedTensors read = SafetensorsReader.read(file, NumberCheck.FINITE);

        assertEquals(Map.of("made by", "a test"), read.metadata());
        assertEquals(tensors.keySet(), new java.util.LinkedHashSet<>(read.tensors().keySet()));
        assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, read.tensors().get("a view").floats());
        assertEquals(Shape.of(3, 2), read.tensors().get("a view").shape());
        assertEquals(7, read.tensors().get("scalar").get());
        assertEquals(Shape.of(3, 0), read.tensors().get("empty \"ü\"").shape());
        assertEquals(Math.PI, read.tensors().get("f64").getDouble(1));
        assertEquals(Long.MIN_VALUE + 1, read.tensors().get("i64").getLong(0));
        assertEquals(-5, read.tensors().get("i32").getLong(0, 0));
        assertArrayEquals(tensors.get("large").floats(), read.tensors().get("large").floats());
    }

    @Test
    @DisplayName("F16 and BF16 are written under their names and come back to the bit, read as stored or mapped, or widened to F32")
    void halves() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("half", Tensor.of(Shape.of(3), 1 / 3f, -65504, 6e-8f).to(DType.F16));
        tensors.put("brain", Tensor.of(Shape.of(2, 1), 1 / 3f, 3e38f).to(DType.BF16));
        tensors.put("single", Tensor.of(Shape.of(1), 1 / 3f));
        Path file = folder.resolve("halves.safetensors");
        AtomicFiles.ON_DISK.writeFile(file, SafetensorsWriter.content(new NamedTensors(tensors, Map.of())));
        FileMapping mapping = FileMapping.create();
        Map<String, Tensor> stored = SafetensorsReader.readAsStored(file, NumberCheck.FINITE).tensors();
        Map<String, Tensor> mapped = SafetensorsReader.map(file, NumberCheck.FINITE, mapping, "weights").tensors();
        Map<String, Tensor> widened = SafetensorsReader.read(file, NumberCheck.FINITE).tensors();
        tensors.forEach((name, tensor) -> {
            assertEquals(tensor.dtype(), stored.get(name).dtype());
            assertEquals(tensor.toString(), stored.get(name).toString());
            assertEquals(tensor.toString(), mapped.get(name).toString());
            assertEquals(DType.F32, widened.get(name).dtype());
            assertArrayEquals(tensor.onHeap().floats(), widened.get(name).floats());
            assertArrayEquals(tensor.onHeap().floats(), mapped.get(name).onHeap().floats());
        });
        List<Usage> open = ((TensorAllocator) mapping).usage();
        assertEquals(List.of(new Usage("weights", 14, 14, 3)), open);
        mapped.values().forEach(tensor -> tensor.storage().close());
        assertThrows(Problem.class, () -> mapped.get("half").get(0));
    }

    @Test
    @DisplayName("a mapped file that is refused leaves nothing mapped; a byte type is copied; a block type is not written")
    void mappingRefused() throws IOException {
        TensorAllocator counts = (TensorAllocator) FileMapping.create();
        Path bad = folder.resolve("nan.safetensors");
        AtomicFiles.ON_DISK.writeFile(bad, SafetensorsWriter.content(new NamedTensors(Map.of("bad", Tensor.of(Shape.of(1), Float.NaN)), Map.of())));
        assertThrows(Problem.class, () -> SafetensorsReader.map(bad, NumberCheck.FINITE, (FileMapping) counts, "weights"));
        assertEquals(List.of(new Usage("weights", 0, 4, 0)), counts.usage());
        Path bytes = file("{\"m\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[0,2]}}", new byte[] {0, 1});
        assertEquals(1, SafetensorsReader.map(bytes, NumberCheck.FINITE, (FileMapping) counts, "weights").tensors().get("m").getLong(1));
        Problem blocks = assertThrows(Problem.class,
                () -> SafetensorsWriter.content(new NamedTensors(Map.of("q", Tensor.zeros(DType.Q8_0, Shape.of(32))), Map.of())));
        assertTrue(blocks.getMessage().contains("Q8_0 (32)"), blocks.text());
    }

    @Test
    @DisplayName("NaN is refused with the tensor's name, unless asked for")
    void refusesNaN() {
        Path file = folder.resolve("nan.safetensors");
        AtomicFiles.ON_DISK.writeFile(file, SafetensorsWriter.content(new NamedTensors(Map.of("bad", Tensor.of(Shape.of(1), Float.NaN)), Map.of())));
        Problem problem = assertThrows(Problem.class, () -> SafetensorsReader.read(file, NumberCheck.FINITE));
        assertTrue(problem.why().contains("\"bad\" holds NaN"), problem.text());
        assertTrue(Float.isNaN(SafetensorsReader.read(file, NumberCheck.ANY).tensors().get("bad").get(0)));
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("a lie in the header is refused with a sentence that names it")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            a hole          | {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}} | hole
            an overlap      | {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | overlaps
            bytes behind    | {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} | the file holds 8
            beyond the end  | {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}} | the file holds 8
            a gigabyte      | {"a":{"dtype":"F32","shape":[268435456],"data_offsets":[0,1073741824]}} | take 1073741824 bytes
            wrong size      | {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}} | needs 12 bytes
            a double name   | {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | twice
            a double key    | {"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}} | twice
            double notes    | {"__metadata__":{},"__metadata__":{},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | twice
            a number note   | {"__metadata__":{"k":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | not a text
            negative extent | {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}} | not a whole number
            a fraction      | {"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}} | not a whole number
            two to the 63   | {"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]}} | not a whole number
            an overflow     | {"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}} | 64 bits
            overflow, bytes | {"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,8]}} | 64 bits
            rank 9          | {"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}} | more than 8
            three offsets   | {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}} | more than 2
            backwards       | {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}} | before it begins
            unknown type    | {"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}} | F8_E4M3
            unknown key     | {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}} | unknown property
            nothing given   | {"a":{}} | lacks
            a list          | [1] | does not start with {
            two objects     | {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}{} | not the JSON
            text as number  | {"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}} | where a number belongs
            single quotes   | {'a':{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | not the JSON
            """)
    void refusesLies(String kind, String header, String expected) throws IOException {
        Path file = file(header, new byte[8]);
        Problem problem = assertThrows(Problem.class, () -> SafetensorsReader.read(file, NumberCheck.FINITE));
        assertTrue(problem.why().contains(expected), problem.text());
    }

    @Test
    @DisplayName("everything wrong is said at once, 20 findings at most")
    void listsFindings() throws IOException {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i < 25; i++) {
            header.append(i == 0 ? "" : ",").append("\"t").append(i).append("\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}");
        }
        Path file = file(header + "}", new byte[8]);
        Problem problem = assertThrows(Problem.class, () -> SafetensorsReader.read(file, NumberCheck.FINITE));
        assertTrue(problem.why().startsWith("25 things are wrong"), problem.text());
        assertTrue(problem.why().contains("\"t19\"") && !problem.why().contains("\"t20\"") && problem.why().contains("5 more"), problem.text());
    }

    @ParameterizedTest
    @DisplayName("a header length that the file has not got allocates nothing and is refused")
    @CsvSource({"1073741824", "-1", "9223372036854775807", "9"})
    void refusesLyingLength(long length) throws IOException {
        Path file = folder.resolve("lie.safetensors");
        Files.write(file, ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put("{}      ".getBytes(StandardCharsets.UTF_8)).array());
        Problem problem = assertThrows(Problem.class, () -> SafetensorsReader.read(file, NumberCheck.FINITE));
        assertTrue(problem.why().contains("its header claims"), problem.text());
    }

    @Test
    @DisplayName("a header nested 100,000 deep is refused without a stack overflow")
    void refusesDepth() throws IOException {
        Path file = file("{\"a\":" + "[".repeat(100_000), new byte[0]);
        assertThrows(Problem.class, () -> SafetensorsReader.read(file, NumberCheck.FINITE));
    }

    @Test
    @DisplayName("a name of 257 bytes and more than 65,536 tensors are refused")
    void refusesBeyondLimits() throws IOException {
        String one = ":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}";
        Path longName = file("{\"" + "n".repeat(257) + "\"" + one + "}", new byte[0]);
        assertThrows(Problem.class, () -> SafetensorsReader.read(longName, NumberCheck.FINITE));
        StringBuilder many = new StringBuilder("{\"0\"" + one);
        for (int i = 1; i <= 65_536; i++) {
            many.append(",\"").append(i).append('"').append(one);
        }
        Path tooMany = file(many + "}", new byte[0]);
        assertThrows(Problem.class, () -> SafetensorsReader.read(tooMany, NumberCheck.FINITE));
    }

    @Test
    @DisplayName("a model that another tool wrote is read")
    void readsAnotherToolsFile() {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null, "LLMSYS_SHARED is not set");
        Map<String, Tensor> read = SafetensorsReader.read(Path.of(shared, "data/models/fake_gpt2/model.safetensors"), NumberCheck.FINITE).tensors();
        assertEquals(Shape.of(50257, 2), read.get("transformer.wte.weight").shape());
    }

    private Path file(String header, byte[] data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        Path file = Files.createTempFile(folder, "made", ".safetensors");
        Files.write(file, bytes(8 + json.length + data.length).putLong(json.length).put(json).put(data).array());
        return file;
    }

    private static ByteBuffer bytes(int count) {
        return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    }
}
