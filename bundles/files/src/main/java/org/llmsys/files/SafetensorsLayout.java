package org.llmsys.files;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

import com.google.gson.stream.JsonWriter;

import org.llmsys.assembly.Problem;
import org.llmsys.files.AtomicFiles.Sink;
import org.llmsys.tensor.Tensor;

/** Where each tensor of a file to be written comes to lie. */
final class SafetensorsLayout {

    private static final int ALIGNMENT = 8;

    private final Map<String, String> metadata;
    private final List<Map.Entry<String, Tensor>> order;

    SafetensorsLayout(NamedTensors content) {
        this.metadata = content.metadata();
        this.order = content.tensors().entrySet().stream()          // a stable sort: model order stays within one type
                .sorted(Comparator.comparingInt((Map.Entry<String, Tensor> t) -> -Element.of(t.getValue()).bytes())).toList();
        if (order.size() > SafetensorsHeader.MOST_TENSORS) {
            throw cannotWrite(order.size() + " tensors", "a file holds at most " + SafetensorsHeader.MOST_TENSORS);
        }
        for (Map.Entry<String, Tensor> tensor : order) {
            Element.of(tensor.getValue());                           // refuses a type that the format does not know
            String name = tensor.getKey();
            if (name.getBytes(StandardCharsets.UTF_8).length > SafetensorsHeader.LONGEST_NAME || name.equals(SafetensorsHeader.METADATA)) {
                throw cannotWrite("a tensor named " + Findings.quote(name), "names have at most " + SafetensorsHeader.LONGEST_NAME + " bytes");
            }
            if (tensor.getValue().shape().rank() > SafetensorsHeader.HIGHEST_RANK) {
                throw cannotWrite(name + " of shape " + tensor.getValue().shape(), "the highest rank is " + SafetensorsHeader.HIGHEST_RANK);
            }
        }
    }

    void writeTo(Sink sink) throws IOException {
        byte[] header = header();
        sink.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).flip());
        sink.write(ByteBuffer.wrap(header));
        for (Map.Entry<String, Tensor> tensor : order) {
            TensorBytes.write(tensor.getValue(), sink);
        }
    }

    /** The JSON, filled up with spaces so that the data begins at a multiple of 8. */
    private byte[] header() throws IOException {
        StringWriter text = new StringWriter();
        JsonWriter json = new JsonWriter(text);
        json.beginObject();
        if (!metadata.isEmpty()) {
            json.name(SafetensorsHeader.METADATA).beginObject();
            for (Map.Entry<String, String> note : metadata.entrySet()) {
                json.name(note.getKey()).value(note.getValue());
            }
            json.endObject();
        }
        long offset = 0;
        for (Map.Entry<String, Tensor> tensor : order) {
            Tensor value = tensor.getValue();
            long end = offset + value.dtype().bytes(value.size());
            json.name(tensor.getKey()).beginObject().name("dtype").value(Element.of(value).name());
            json.name("shape").beginArray();
            for (long extent : value.shape().extents()) {
                json.value(extent);
            }
            json.endArray().name("data_offsets").beginArray().value(offset).value(end).endArray().endObject();
            offset = end;
        }
        json.endObject();
        int length = text.toString().getBytes(StandardCharsets.UTF_8).length;
        return (text + " ".repeat(-length & (ALIGNMENT - 1))).getBytes(StandardCharsets.UTF_8);
    }

    private static Problem cannotWrite(String what, String why) {
        return Problem.failed("cannot write " + what + " to a safetensors file", why, "give it another name or form");
    }
}
