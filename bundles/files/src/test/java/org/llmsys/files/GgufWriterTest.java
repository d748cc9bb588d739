package org.llmsys.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufWriterTest {

    @TempDir
    Path folder;

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        metadata.put("general.architecture", GgufValue.of("llama"));
        metadata.put("wide", GgufValue.of(1L << 40));
        metadata.put("negative", GgufValue.of(-3L));
        metadata.put("epsilon", GgufValue.of(1e-5));
        metadata.put("flag", GgufValue.of(true));
        metadata.put("tokens", GgufValue.of(List.of("a", "", "▁é")));
        metadata.put("types", GgufValue.of(new int[] {1, -2, 3}));
        metadata.put("scores", GgufValue.of(new float[] {0.5f, -1.25f}));
        List<GgufTensor> tensors = List.of(new GgufTensor("w", GgufType.Q8_0, List.of(64L, 3L), 0, 204), new GgufTensor("b", GgufType.F32, List.of(5L), 224, 20));
        byte[] header = GgufWriter.header(metadata, tensors);
        assertEquals(0, header.length % GgufWriter.ALIGNMENT);

        Path file = folder.resolve("all.gguf");
        Files.write(file, java.util.Arrays.copyOf(header, header.length + 256));
        GgufFile read = GgufReader.read(file);

        assertEquals(3, read.version());
        assertEquals(List.copyOf(metadata.keySet()), List.copyOf(read.metadata().keySet()));
        assertEquals("llama", read.text("general.architecture").orElseThrow());
        assertEquals(1L << 40, read.whole("wide").orElseThrow());
        assertEquals(-3L, read.whole("negative").orElseThrow());
        assertEquals((double) 1e-5f, ((GgufValue.Real) read.metadata().get("epsilon")).value());
        assertEquals(true, read.flag("flag").orElseThrow());
        assertEquals(List.of("a", "", "▁é"), read.texts("tokens").orElseThrow().values().stream().map(GgufValue.Text::text).toList());
        GgufValue.Wholes types = read.wholes("types").orElseThrow();
        assertArrayEquals(new long[] {1, -2, 3}, new long[] {types.get(0), types.get(1), types.get(2)});
        GgufValue.Reals scores = read.reals("scores").orElseThrow();
        assertArrayEquals(new double[] {0.5, -1.25}, new double[] {scores.get(0), scores.get(1)});
        assertEquals(tensors, read.tensors());
        assertEquals(header.length, read.dataStart());
    }
}
