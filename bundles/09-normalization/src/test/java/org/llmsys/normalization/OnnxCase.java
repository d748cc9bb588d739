package org.llmsys.normalization;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Assumptions;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * One case of the ONNX node tests, kept as a safetensors file in the folder that LLMSYS_SHARED names. Reads just what these files hold:
 * F32 and I64 tensors behind a header of JSON. Without the folder the test is skipped, and says so.
 */
record OnnxCase(String header, ByteBuffer data) {

    static OnnxCase read(String name) {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null, "LLMSYS_SHARED does not name the folder with the ONNX cases");
        Path file = Path.of(shared, "oracles", "onnx", "test_" + name + ".safetensors");
        Assumptions.assumeTrue(Files.exists(file), "there is no " + file);
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            byte[] header = new byte[Math.toIntExact(bytes.getLong())];
            bytes.get(header);
            return new OnnxCase(new String(header, StandardCharsets.UTF_8), bytes.slice().order(ByteOrder.LITTLE_ENDIAN));
        } catch (IOException e) {
            throw new IllegalStateException(file + " cannot be read", e);
        }
    }

    /** For example {@code input.x}, {@code output.y}. I64 stays I64. */
    Tensor tensor(String name) {
        Matcher entry = Pattern.compile(Pattern.quote("\"" + name + "\"") + "\\s*:\\s*\\{[^}]*\\}").matcher(header);
        if (!entry.find()) {
            throw new IllegalStateException("no tensor " + name + " in " + header);
        }
        long[] extents = numbers(entry.group(), "shape");
        long offset = numbers(entry.group(), "data_offsets")[0];
        boolean whole = entry.group().contains("\"I64\"");
        Tensor tensor = Tensor.zeros(whole ? DType.I64 : DType.F32, Shape.of(extents));
        for (int i = 0; i < tensor.size(); i++) {
            if (whole) {
                tensor.storage().setLong(i, data.getLong(Math.toIntExact(offset + 8L * i)));
            } else {
                tensor.storage().setDouble(i, data.getFloat(Math.toIntExact(offset + 4L * i)));
            }
        }
        return tensor;
    }

    private static long[] numbers(String entry, String key) {
        Matcher list = Pattern.compile("\"" + key + "\"\\s*:\\s*\\[([^\\]]*)\\]").matcher(entry);
        if (!list.find()) {
            throw new IllegalStateException("no " + key + " in " + entry);
        }
        return Pattern.compile(",").splitAsStream(list.group(1)).filter(n -> !n.isBlank()).mapToLong(n -> Long.parseLong(n.trim())).toArray();
    }
}
