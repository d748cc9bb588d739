package org.llmsys.integration.onnx;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.llmsys.files.NamedTensors;
import org.llmsys.files.SafetensorsReader;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.tensor.Tensor;

/**
 * One operator with its inputs and the outputs that ONNX expects.
 *
 * @param opset   the version of the operator's definition
 * @param inputs  in the operator's order; null for one that is left out
 * @param outputs in the operator's order; null for one that is not asked for
 */
record OnnxCase(String operator, int opset, JsonObject attributes, List<Tensor> inputs, List<Tensor> outputs) {

    static OnnxCase read(Path file) {
        NamedTensors content = SafetensorsReader.read(file, NumberCheck.ANY);
        Map<String, String> notes = content.metadata();
        return new OnnxCase(notes.get("op"), Integer.parseInt(notes.get("opset")), JsonParser.parseString(notes.get("attributes")).getAsJsonObject(),
                tensors("input.", notes.get("inputs"), content), tensors("output.", notes.get("outputs"), content));
    }

    private static List<Tensor> tensors(String prefix, String names, NamedTensors content) {
        List<Tensor> tensors = new ArrayList<>();
        for (JsonElement name : JsonParser.parseString(names).getAsJsonArray()) {
            tensors.add(content.tensors().get(prefix + name.getAsString()));
        }
        return tensors;
    }

    Tensor input(int index) {
        if (!has(index)) {
            throw new IllegalArgumentException(operator + " needs input " + index);
        }
        return inputs.get(index);
    }

    boolean has(int index) {
        return index < inputs.size() && inputs.get(index) != null;
    }

    /** Null when it is left out. */
    Tensor optional(int index) {
        return has(index) ? inputs.get(index) : null;
    }

    /** All inputs, for operators of any number of them. */
    Tensor[] all() {
        return inputs.toArray(Tensor[]::new);
    }

    boolean wants(int output) {
        return output < outputs.size() && outputs.get(output) != null;
    }

    int integer(String attribute, int otherwise) {
        return attributes.has(attribute) ? attributes.get(attribute).getAsInt() : otherwise;
    }

    boolean flag(String attribute, boolean otherwise) {
        return integer(attribute, otherwise ? 1 : 0) != 0;
    }

    double number(String attribute, double otherwise) {
        return attributes.has(attribute) ? attributes.get(attribute).getAsDouble() : otherwise;
    }

    String text(String attribute, String otherwise) {
        return attributes.has(attribute) ? attributes.get(attribute).getAsString() : otherwise;
    }

    /** Null when it is left out. */
    int[] integers(String attribute) {
        return !attributes.has(attribute) ? null
                : attributes.getAsJsonArray(attribute).asList().stream().mapToInt(JsonElement::getAsInt).toArray();
    }

    /** What newer versions of an operator get as an input and older ones as an attribute; null when it is left out. */
    int[] integers(int input, String attribute) {
        return has(input) ? IntStream.range(0, (int) inputs.get(input).size()).map(i -> (int) inputs.get(input).getLong(i)).toArray()
                : integers(attribute);
    }

    /** As {@link #integers(int, String)}. */
    long[] longs(int input, String attribute) {
        int[] found = integers(input, attribute);
        return found == null ? null : IntStream.of(found).asLongStream().toArray();
    }
}
