package org.llmsys.inference.insight;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.files.SafetensorsReader;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;

/**
 * Reads rows of logits that somebody wrote down, in any of three forms. The name's end says which.
 *
 * <pre>
 *   .safetensors   the tensor {@code logits}, or the only one                        as trace --out writes it
 *   .npy           one array of float32, float64 or float16                          as numpy.save writes it
 *   .json          an array of rows, or an object with such an array as logits       as a short script writes it
 *   shapes         (V), (T,V) or (1,T,V)
 * </pre>
 */
public final class LogitsFiles {

    private static final int MOST_ROWS = 1 << 20;
    private static final long MOST_BYTES = 1L << 31;

    private LogitsFiles() {
    }

    /** Whether a file is one of logits: by its end; a safetensors file with a {@code config.json} beside it is a model. */
    public static boolean isOne(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (!Files.isRegularFile(file)) {
            return false;
        }
        return name.endsWith(".npy") || name.endsWith(".json") || name.endsWith(".safetensors") && !Files.exists(file.resolveSibling("config.json"));
    }

    /** @throws Problem when the file cannot be read, is too large, or holds something else */
    public static List<float[]> read(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw wrong(file, "it has " + Files.size(file) + " bytes", "give a file of at most " + MOST_BYTES);
            }
            if (name.endsWith(".npy")) {
                return rows(file, LogitsNpy.read(file));
            }
            return name.endsWith(".json") ? json(file) : safetensors(file);
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            throw wrong(file, e.getMessage(), "give rows of logits as .safetensors, .npy or .json");
        }
    }

    private static List<float[]> safetensors(Path file) {
        Map<String, Tensor> tensors = SafetensorsReader.read(file, NumberCheck.ANY).tensors();
        Tensor logits = tensors.size() == 1 ? tensors.values().iterator().next() : tensors.get(Trace.LOGITS);
        if (logits == null) {
            throw wrong(file, "it has " + tensors.size() + " tensors, and none is called " + Trace.LOGITS, "name the tensor " + Trace.LOGITS);
        }
        return rows(file, logits);
    }

    private static List<float[]> rows(Path file, Tensor logits) {
        int rank = logits.shape().rank();
        if (rank < 1 || rank > 3 || rank == 3 && logits.shape().extent(0) != 1 || logits.size() == 0) {
            throw wrong(file, "its shape is " + logits.shape(), "give (V), (T,V) or (1,T,V)");
        }
        int width = logits.shape().intExtent(-1);
        Tensor packed = logits.to(DType.F32).contiguous().reshape(logits.size() / width, width);
        List<float[]> rows = new ArrayList<>();
        for (int t = 0; t < packed.shape().extent(0); t++) {
            rows.add(packed.select(0, t).copy().floats());
        }
        return rows;
    }

    private static List<float[]> json(Path file) throws IOException {
        try (Reader text = Files.newBufferedReader(file); JsonReader json = new JsonReader(text)) {
            if (json.peek() == JsonToken.BEGIN_OBJECT) {
                json.beginObject();
                while (json.hasNext()) {
                    if (json.nextName().equals(Trace.LOGITS)) {
                        return array(file, json);
                    }
                    json.skipValue();
                }
                throw wrong(file, "its object has no field " + Trace.LOGITS, "name the array of rows " + Trace.LOGITS);
            }
            return array(file, json);
        }
    }

    /** A row, rows, or rows in one more array. */
    private static List<float[]> array(Path file, JsonReader json) throws IOException {
        json.beginArray();
        if (json.peek() == JsonToken.NUMBER) {
            return List.of(row(json));
        }
        List<float[]> rows = new ArrayList<>();
        while (json.hasNext() && rows.size() < MOST_ROWS) {
            json.beginArray();
            if (json.peek() == JsonToken.BEGIN_ARRAY) {                                  // the batch of one
                while (json.hasNext() && rows.size() < MOST_ROWS) {
                    json.beginArray();
                    rows.add(row(json));
                }
                break;
            }
            rows.add(row(json));
        }
        if (rows.isEmpty() || rows.stream().anyMatch(row -> row.length != rows.getFirst().length || row.length == 0)) {
            throw wrong(file, rows.isEmpty() ? "it has no rows" : "its rows have different lengths", "give rows of V numbers each");
        }
        return rows;
    }

    /** The rest of an array that was begun. */
    private static float[] row(JsonReader json) throws IOException {
        float[] row = new float[16];
        int count = 0;
        while (json.hasNext()) {
            if (count == row.length) {
                row = Arrays.copyOf(row, 2 * count);
            }
            row[count++] = (float) json.nextDouble();
        }
        json.endArray();
        return Arrays.copyOf(row, count);
    }

    private static Problem wrong(Path file, String why, String fix) {
        return Problem.failed("the file " + file + " holds no logits that can be compared", why, fix);
    }
}
