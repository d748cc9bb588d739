package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One model that llama.cpp wrote in every narrow type: our conversion of its F32 file gives the same bytes. Needs LLMSYS_SHARED. */
class GgufOracleTest {

    private static final int ALIGNMENT = 32;

    /** Numbers of the types in the file. */
    private static final Map<Integer, DType> TYPES = Map.of(0, DType.F32, 1, DType.F16, 2, DType.Q4_0, 8, DType.Q8_0, 30, DType.BF16);

    private record Entry(String name, DType dtype, Shape shape, long begin) {
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "Q8_0", "Q4_0"})
    @DisplayName("every tensor of the file is, byte for byte, what to(DType) makes of the F32 file")
    void sameBytes(DType dtype) throws IOException {
        Map<String, Tensor> original = read("stories260K-f32.gguf");
        int compared = 0;
        for (Map.Entry<String, Tensor> stored : read("stories260K-" + dtype + ".gguf").entrySet()) {
            if (stored.getValue().dtype() == dtype) {                  // vectors of scales stay in F32, or another type
                Tensor ours = original.get(stored.getKey()).to(dtype);
                assertEquals(ours.shape(), stored.getValue().shape());
                assertArrayEquals(bytes(ours), bytes(stored.getValue()), stored.getKey());
                compared++;
            }
        }
        assertTrue(compared >= 20, "only " + compared + " tensors of " + dtype);
    }

    private static byte[] bytes(Tensor t) {
        return t.contiguous().storage().segment().toArray(ValueLayout.JAVA_BYTE);
    }

    /** Each tensor of a file, mapped. */
    private static Map<String, Tensor> read(String name) throws IOException {
        String shared = System.getenv("LLMSYS_SHARED");
        Path file = Path.of(shared == null ? "" : shared, "data", "models", "stories260K", name);
        Assumptions.assumeTrue(shared != null && Files.exists(file), "skipped: LLMSYS_SHARED names no folder with stories260K");
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        in.getInt();                                                   // "GGUF"
        in.getInt();                                                   // version
        long tensors = in.getLong();
        for (long note = in.getLong(); note > 0; note--) {
            text(in);
            skip(in, in.getInt());
        }
        Entry[] entries = new Entry[(int) tensors];
        for (int i = 0; i < tensors; i++) {
            entries[i] = entry(in);
        }
        long data = Math.ceilDiv(in.position(), ALIGNMENT) * (long) ALIGNMENT;
        Map<String, Tensor> found = new LinkedHashMap<>();
        FileMapping mapping = FileMapping.create();
        for (Entry entry : entries) {
            found.put(entry.name, Tensor.of(mapping.map(file, data + entry.begin, entry.dtype, entry.shape.size(), "test"), entry.shape));
        }
        return found;
    }

    /** The fastest axis comes first in the file. */
    private static Entry entry(ByteBuffer in) {
        String name = text(in);
        long[] extents = new long[in.getInt()];
        for (int i = extents.length - 1; i >= 0; i--) {
            extents[i] = in.getLong();
        }
        return new Entry(name, TYPES.get(in.getInt()), Shape.of(extents), in.getLong());
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[(int) in.getLong()];
        in.get(bytes);
        return new String(bytes);
    }

    /** A note's value: numbers of 1, 2, 4 or 8 bytes, a truth value, a text, or an array of those. */
    private static void skip(ByteBuffer in, int type) {
        switch (type) {
            case 0, 1, 7 -> in.get();
            case 2, 3 -> in.getShort();
            case 4, 5, 6 -> in.getInt();
            case 8 -> text(in);
            case 9 -> {
                int element = in.getInt();
                for (long left = in.getLong(); left > 0; left--) {
                    skip(in, element);
                }
            }
            default -> in.getLong();
        }
    }
}
