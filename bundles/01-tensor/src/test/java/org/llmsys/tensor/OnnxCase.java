package org.llmsys.tensor;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

/**
 * One operator with its inputs and the first output ONNX expects, read from a safetensors file: length, JSON header, data. An input
 * that a case leaves out, and others follow, is null.
 */
record OnnxCase(String name, String operator, JsonObject attributes, List<Tensor> inputs, Tensor output) {

    /** Empty when the file holds a type this house does not compute with. */
    static Optional<OnnxCase> read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] text = new byte[Math.toIntExact(bytes.getLong())];
        bytes.get(text);
        JsonObject header = JsonParser.parseString(new String(text, StandardCharsets.UTF_8)).getAsJsonObject();
        ByteBuffer data = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);

        JsonObject metadata = header.getAsJsonObject("__metadata__");
        List<String> wanted = new ArrayList<>();
        JsonParser.parseString(metadata.get("inputs").getAsString()).getAsJsonArray()
                .forEach(input -> wanted.add("input." + input.getAsString()));
        wanted.add("output." + JsonParser.parseString(metadata.get("outputs").getAsString()).getAsJsonArray().get(0).getAsString());
        List<Tensor> tensors = new ArrayList<>();
        for (String name : wanted) {
            JsonObject entry = header.getAsJsonObject(name);
            if (name.equals("input.")) {
                tensors.add(null);
                continue;
            }
            if (entry == null || !List.of("F32", "F64", "I32", "I64", "F16", "BF16", "BOOL").contains(entry.get("dtype").getAsString())) {
                return Optional.empty();
            }
            tensors.add(tensor(entry, data));
        }
        return Optional.of(new OnnxCase(file.getFileName().toString().replace(".safetensors", ""), metadata.get("op").getAsString(),
                JsonParser.parseString(metadata.get("attributes").getAsString()).getAsJsonObject(),
                tensors.subList(0, tensors.size() - 1), tensors.getLast()));
    }

    private static Tensor tensor(JsonObject entry, ByteBuffer data) {
        JsonArray extents = entry.getAsJsonArray("shape");
        long[] shape = new long[extents.size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = extents.get(i).getAsLong();
        }
        int from = entry.getAsJsonArray("data_offsets").get(0).getAsInt();
        String type = entry.get("dtype").getAsString();
        boolean truth = type.equals("BOOL");                           // a byte there, a whole number here
        Tensor tensor = Tensor.zeros(truth ? DType.I32 : DType.valueOf(type), Shape.of(shape));
        if (truth) {
            for (int i = 0; i < tensor.size(); i++) {
                tensor.storage().setLong(i, data.get(from + i));
            }
        } else {
            int bytes = (int) tensor.dtype().bytes(tensor.size());
            tensor.storage().segment().copyFrom(MemorySegment.ofBuffer(data.slice(from, bytes)));
        }
        return tensor;
    }

    Tensor input(int index) {
        return inputs.get(index);
    }

    /** An input that may be left out. */
    Optional<Tensor> given(int index) {
        return index < inputs.size() ? Optional.ofNullable(inputs.get(index)) : Optional.empty();
    }

    int integer(String attribute, int otherwise) {
        JsonElement value = attributes.get(attribute);
        return value == null ? otherwise : value.getAsInt();
    }

    boolean flag(String attribute, boolean otherwise) {
        return integer(attribute, otherwise ? 1 : 0) != 0;
    }

    Optional<int[]> ints(String attribute) {
        return Optional.ofNullable(attributes.getAsJsonArray(attribute))
                .map(array -> array.asList().stream().mapToInt(JsonElement::getAsInt).toArray());
    }
}
