package org.llmsys.files.internal;

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

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;
import org.llmsys.files.AtomicFiles;
import org.llmsys.files.ModelFile;
import org.llmsys.files.NamedTensors;
import org.llmsys.files.SafetensorsWriter;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

class SafetensorsShardsTest {

    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";

    private final SafetensorsFolder format = new SafetensorsFolder();

    @TempDir
    Path folder;

    @BeforeEach
    void shards() throws IOException {
        shard(FIRST, Map.of("a", Tensor.of(Shape.of(2), 1, 2)));
        shard(SECOND, Map.of("b", Tensor.of(Shape.of(3), 3, 4, 5).to(DType.BF16)));
        Files.writeString(folder.resolve("config.json"), "{}");
        index(Map.of("a", FIRST, "b", SECOND));
    }

    @Test
    @DisplayName("tensors of all files come in their own types, and the folder is where a tokenizer of another form lies")
    void whole() throws IOException {
        assertTrue(format.recognizes(folder));
        Files.writeString(folder.resolve("vocab.txt"), "a");
        try (ModelFile read = format.read(folder)) {
            assertEquals(2, read.tensors().get("a").get(1));
            assertEquals(DType.BF16, read.tensors().get("b").dtype());
            assertEquals(5, read.tensors().get("b").get(2));
            assertEquals(folder, read.tokenizerFile());
        }
    }

    @Test
    @DisplayName("everything missing or too many in any file is said at once")
    void listed() throws IOException {
        Map<String, String> index = new LinkedHashMap<>(Map.of("a", SECOND, "c", SECOND));
        index.put("d", "model-00003.safetensors");
        index.put("e", FIRST);
        index(index);
        Problem problem = assertThrows(Problem.class, () -> format.read(folder));
        for (String part : List.of(FIRST + " holds \"a\", which the index looks for in " + SECOND, SECOND
                + " holds \"b\", which the index does not name",
                SECOND + " lacks \"a\"", SECOND + " lacks \"c\"", "the file model-00003.safetensors is missing", FIRST + " lacks \"e\"")) {
            assertTrue(problem.why().contains(part), part + " in " + problem.text());
        }
    }

    @Test
    @DisplayName("an index that leads out of the folder, names something twice, or is no JSON, is refused")
    void badIndex() throws IOException {
        for (String file : List.of("../x.safetensors", "/x.safetensors", "a/b.safetensors", "x.bin", ".safetensors", "a b.safetensors", "")) {
            index(Map.of("a", file));
            assertThrows(Problem.class, () -> format.read(folder), file);
        }
        for (String json : List.of("", "[]", "{}", "{\"weight_map\": {}}", "{\"weight_map\": {\"a\": 1}}", "{\"weight_map\": {\"a\": {}}}",
                "{\"weight_map\": {}} x",
                "{\"weight_map\": {\"a\": \"" + FIRST + "\", \"a\": \"" + FIRST + "\"}}", "{\"x\": " + "[".repeat(100) + "]".repeat(100) + "}",
                        "{\"weight_map\": ")) {
            Files.writeString(folder.resolve("model.safetensors.index.json"), json);
            assertThrows(Problem.class, () -> format.read(folder), json);
        }
    }

    @Test
    @DisplayName("a shard with a type that is not read here is refused by the type's name")
    void unknownType() throws IOException {
        byte[] header = "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[1],\"data_offsets\":[0,1]}}      ".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer file = ByteBuffer.allocate(9 + header.length).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header);
        Files.write(folder.resolve(FIRST), file.array());
        Problem problem = assertThrows(Problem.class, () -> format.read(folder));
        assertTrue(problem.why().contains("F8_E4M3"), problem.text());
    }

    private void shard(String name, Map<String, Tensor> tensors) {
        AtomicFiles.ON_DISK.writeFile(folder.resolve(name), SafetensorsWriter.content(new NamedTensors(tensors, Map.of())));
    }

    private void index(Map<String, String> map) throws IOException {
        String entries = String.join(", ", map.entrySet().stream().map(e -> "\"" + e.getKey() + "\": \"" + e.getValue() + "\"").toList());
        Files.writeString(folder.resolve("model.safetensors.index.json"), "{\"metadata\": {\"total_size\": 14}, \"weight_map\": {" + entries + "}}");
    }
}
