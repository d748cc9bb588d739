package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.Assumptions;
import org.llmsys.files.NamedTensors;
import org.llmsys.files.SafetensorsReader;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.tensor.Tensor;

/** One case of the ONNX node tests, a safetensors file in the folder that LLMSYS_SHARED names. Without it the test is skipped, and says so. */
record OnnxCase(NamedTensors given) {

    static OnnxCase read(String name) {
        return read(folder().resolve("test_" + name + ".safetensors"));
    }

    static OnnxCase read(Path file) {
        Assumptions.assumeTrue(Files.exists(file), "there is no " + file);
        return new OnnxCase(SafetensorsReader.read(file, NumberCheck.ANY));
    }

    /** All cases whose name matches, in order. */
    static List<Path> named(String pattern) {
        try (Stream<Path> files = Files.list(folder())) {
            return files.filter(file -> file.getFileName().toString().matches(pattern + "[.]safetensors")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path folder() {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null, "LLMSYS_SHARED does not name the folder with the ONNX cases");
        return Path.of(shared, "oracles", "onnx");
    }

    /** Within the tolerance of ONNX's own runner, element by element. */
    static void assertClose(Tensor expected, Tensor actual, String where) {
        assertEquals(expected.size(), actual.size(), where);
        Tensor wanted = expected.contiguous().reshape(expected.size());
        Tensor got = actual.contiguous().reshape(actual.size());
        for (int i = 0; i < wanted.size(); i++) {
            assertEquals(wanted.getDouble(i), got.getDouble(i), 1e-7 + 1e-3 * Math.abs(wanted.getDouble(i)), where + ", element " + i);
        }
    }

    /** For example {@code input.x}, {@code output.y}. I64 stays I64. */
    Tensor tensor(String name) {
        Tensor found = given.tensors().get(name);
        if (found == null) {
            throw new IllegalStateException("no tensor " + name + " among " + given.tensors().keySet());
        }
        return found;
    }

    String operator() {
        return given.metadata().get("op");
    }

    /** An input by its place, or null when the case leaves it out. */
    Tensor input(int place) {
        JsonArray names = list("inputs");
        return place < names.size() ? given.tensors().get("input." + names.get(place).getAsString()) : null;
    }

    int outputs() {
        return list("outputs").size();
    }

    Tensor output(int place) {
        return tensor("output." + list("outputs").get(place).getAsString());
    }

    String attribute(String name, String otherwise) {
        JsonElement value = value(name);
        return value == null ? otherwise : value.getAsString();
    }

    long attribute(String name, long otherwise) {
        JsonElement value = value(name);
        return value == null ? otherwise : value.getAsLong();
    }

    double attribute(String name, double otherwise) {
        JsonElement value = value(name);
        return value == null ? otherwise : value.getAsDouble();
    }

    private JsonElement value(String attribute) {
        return JsonParser.parseString(given.metadata().get("attributes")).getAsJsonObject().get(attribute);
    }

    private JsonArray list(String which) {
        return JsonParser.parseString(given.metadata().get(which)).getAsJsonArray();
    }
}
