package org.llmsys.tensor.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.FileMapping;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator.Usage;

class FileMappingTest {

    @TempDir
    Path folder;

    private final MappedAllocator allocator = new MappedAllocator();

    /** The numbers 1, 2, 3 as F32, from byte {@code skipped} on. */
    private Path file(int skipped) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(skipped + 12).order(ByteOrder.LITTLE_ENDIAN).position(skipped);
        bytes.putFloat(1).putFloat(2).putFloat(3);
        return Files.write(folder.resolve("numbers-" + skipped), bytes.array());
    }

    @Test
    @DisplayName("a file's bytes are a tensor, at any address, counted while it is open and refused after")
    void maps() throws IOException {
        for (int skipped : new int[] {0, 1, 7, 8, 4099}) {
            Storage storage = allocator.map(file(skipped), skipped, DType.F32, 3, "weights");
            Tensor x = Tensor.of(storage, Shape.of(3));
            assertArrayEquals(new float[] {1, 2, 3}, x.onHeap().floats());
            assertEquals(6, x.sum(false).get());
            assertEquals(3, x.slice(0, 1, 3).elements().get(1));
            assertEquals(List.of(new Usage("weights", 12, 12, 1)), allocator.usage());
            storage.close();
            storage.close();
            assertEquals(List.of(new Usage("weights", 0, 12, 0)), allocator.usage());
            assertThrows(Problem.class, () -> x.get(0));
            assertTrue(storage.closed());
        }
    }

    @Test
    @DisplayName("blocks, 16-bit types and whole numbers are read as they lie in the file")
    void everyType() throws IOException {
        for (DType dtype : DType.values()) {
            Tensor x = Tensor.of(Shape.of(1, 32), new float[32]);
            for (int i = 0; i < 32; i++) {
                x.set(i % 8 - 4, 0, i);
            }
            Tensor typed = x.to(dtype);
            ByteBuffer bytes = ByteBuffer.allocate(3 + (int) dtype.bytes(32)).position(3);
            bytes.put(typed.storage().segment().toArray(ValueLayout.JAVA_BYTE));
            Path file = Files.write(folder.resolve(dtype.name()), bytes.array());
            try (Storage storage = FileMapping.create().map(file, 3, dtype, 32, "test")) {
                assertArrayEquals(typed.onHeap().floats(), Tensor.of(storage, Shape.of(1, 32)).onHeap().floats());
                assertEquals(typed.toString(), Tensor.of(storage, Shape.of(1, 32)).toString());
            }
        }
    }

    @Test
    @DisplayName("nothing can be set in a mapped file")
    void readOnly() throws IOException {
        Tensor x = Tensor.of(allocator.map(file(0), 0, DType.F32, 3, "test"), Shape.of(3));
        assertThrows(Problem.class, () -> x.set(1, 0));
        assertThrows(Problem.class, () -> x.storage().setLong(0, 1));
        assertThrows(Problem.class, () -> x.copyFrom(Tensor.zeros(3)));
        assertThrows(Problem.class, () -> x.copyFrom(Tensor.zeros(DType.F64, Shape.of(3))));
        x.copy().set(5, 0);
        assertEquals(1, x.get(0));
        x.storage().close();
    }

    @Test
    @DisplayName("a file that is missing, too short or a folder, and a place before its beginning, are one clear error each; nothing is counted")
    void refuses() throws IOException {
        Path file = file(0);
        Problem missing = assertThrows(Problem.class, () -> allocator.map(folder.resolve("none"), 0, DType.F32, 3, "test"));
        assertEquals("there is no such file", missing.why());
        Problem shorter = assertThrows(Problem.class, () -> allocator.map(file, 1, DType.F32, 3, "test"));
        assertEquals("they take 12 bytes and the file has 12", shorter.why().replace(" from byte 1", ""));
        assertThrows(Problem.class, () -> allocator.map(file, -4, DType.F32, 3, "test"));
        assertThrows(Problem.class, () -> allocator.map(file, 13, DType.F32, 0, "test"));
        assertThrows(Problem.class, () -> allocator.map(file, 0, DType.F64, Long.MAX_VALUE, "test"));
        assertThrows(Problem.class, () -> allocator.map(file, 0, DType.Q8_0, 3, "test"));
        assertThrows(Problem.class, () -> allocator.map(folder, 0, DType.F32, 3, "test"));
        assertEquals(0, allocator.map(file, 12, DType.F32, 0, "empty").size());
        assertEquals(List.of(new Usage("empty", 0, 0, 1)), allocator.usage());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @DisplayName("a file deleted while it is mapped stays readable; one cut shorter is an error that says so, not a crash")
    void vanishes() throws IOException {
        Path deleted = file(0);
        Tensor x = Tensor.of(allocator.map(deleted, 0, DType.F32, 3, "test"), Shape.of(3));
        Files.delete(deleted);
        assertEquals(3, x.get(2));

        Path cut = Files.write(folder.resolve("cut"), new byte[1 << 16]);
        Storage storage = allocator.map(cut, 0, DType.I64, 1 << 13, "test");
        try (FileChannel channel = FileChannel.open(cut, StandardOpenOption.WRITE)) {
            channel.truncate(16);
        }
        assertEquals(0, storage.getLong(1));
        Problem shorter = assertThrows(Problem.class, () -> storage.getLong(8000));
        assertEquals("the file became shorter while it was mapped", shorter.why());
        assertThrows(Problem.class, () -> storage.getDouble(8000));
    }

    @Test
    @DisplayName("allocated storage leaves no file behind")
    void temporaryFiles() throws IOException {
        Storage storage = allocator.allocate(DType.F64, 1000, "test");
        storage.setDouble(999, 5);
        assertEquals(5, storage.getDouble(999));
        storage.close();
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            assertEquals(0, files.filter(file -> file.getFileName().toString().matches("llmsys-.*[.]storage")).count());
        }
    }
}
