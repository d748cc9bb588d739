package org.llmsys.files.malformed;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.llmsys.tensor.RandomStream;

/** A small GGUF model of random size, every field of which can be made wrong before it becomes bytes. Untouched, it is a valid model. */
final class GgufSketch {

    int magic = 0x46554747;
    int version;
    Long tensorCount;
    Long keyCount;
    /** What the data is filled up to; the key is among the keys. */
    int alignment = 32;
    final List<byte[]> keys = new ArrayList<>();
    final List<TensorSketch> tensors = new ArrayList<>();
    /** Bytes cut off the end. */
    int cut;

    /** A tensor's description and its bytes. */
    static final class TensorSketch {
        String name;
        int rank;
        long[] dimensions;
        int type;
        long offset;
        byte[] data;
    }

    GgufSketch(RandomStream random) {
        version = 2 + (int) random.nextLong(2);
        int heads = 1 + (int) random.nextLong(4);
        int c = 32 * heads;
        text("general.architecture", "llama");
        number("llama.block_count", 1);
        number("llama.embedding_length", c);
        number("llama.attention.head_count", heads);
        number("llama.feed_forward_length", 64);
        number("llama.context_length", 1 + random.nextLong(4096));
        array("tokenizer.ggml.scores", 6, 3, new byte[12]);
        tensor("token_embd.weight", 0, random, c, 1 + random.nextLong(20));
        tensor("output_norm.weight", 0, random, c);
        tensor("blk.0.attn_q.weight", 8, random, c, c);                     // Q8_0
        tensor("blk.0.attn_k.weight", 2, random, c, c);                     // Q4_0
        tensor("blk.0.ffn_down.weight", 1, random, 64, c);                  // F16
    }

    void number(String key, long value) {
        keys.add(key(key, 4, 4).putInt((int) value).array());
    }

    void text(String key, String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        keys.add(key(key, 8, 8 + utf8.length).putLong(utf8.length).put(utf8).array());
    }

    void array(String key, int type, long count, byte[] data) {
        keys.add(key(key, 9, 12 + data.length).putInt(type).putLong(count).put(data).array());
    }

    /** A key and its type, with room for the value. */
    static ByteBuffer key(String key, int type, int room) {
        byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
        return little(12 + utf8.length + room).putLong(utf8.length).put(utf8).putInt(type);
    }

    /** Replaces the value of a 32-bit key. */
    void set(String key, long value) {
        drop(key);
        number(key, value);
    }

    void drop(String key) {
        keys.removeIf(bytes -> new String(bytes, StandardCharsets.ISO_8859_1).startsWith(key, 8));
    }

    private void tensor(String name, int type, RandomStream random, long... dimensions) {
        TensorSketch tensor = new TensorSketch();
        tensor.name = name;
        tensor.rank = dimensions.length;
        tensor.dimensions = dimensions;
        tensor.type = type;
        tensor.offset = tensors.isEmpty() ? 0 : end(tensors.getLast());
        long size = 1;
        for (long d : dimensions) {
            size *= d;
        }
        int blockBytes = type == 8 ? 34 : type == 2 ? 18 : type == 1 ? 2 : 4;
        tensor.data = new byte[(int) (type == 8 || type == 2 ? size / 32 : size) * blockBytes];
        for (int i = 0; i < tensor.data.length; i++) {
            tensor.data[i] = (byte) random.nextLong(0x38);                  // small finite numbers in every type
        }
        tensors.add(tensor);
    }

    private long end(TensorSketch tensor) {
        return (tensor.offset + tensor.data.length + alignment - 1) / alignment * alignment;
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        put(out, little(24).putInt(magic).putInt(version).putLong(tensorCount == null ? tensors.size() : tensorCount)
                .putLong(keyCount == null ? keys.size() : keyCount));
        keys.forEach(out::writeBytes);
        for (TensorSketch tensor : tensors) {
            byte[] name = tensor.name.getBytes(StandardCharsets.UTF_8);
            put(out, little(12 + name.length).putLong(name.length).put(name).putInt(tensor.rank));
            for (int i = 0; i < tensor.rank; i++) {
                put(out, little(8).putLong(i < tensor.dimensions.length ? tensor.dimensions[i] : 1));
            }
            put(out, little(12).putInt(tensor.type).putLong(tensor.offset));
        }
        for (TensorSketch tensor : tensors) {
            out.writeBytes(new byte[(alignment - out.size() % alignment) % alignment]);
            out.writeBytes(tensor.data);
        }
        out.writeBytes(new byte[(alignment - out.size() % alignment) % alignment]);
        byte[] all = out.toByteArray();
        return Arrays.copyOf(all, all.length - cut);
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void put(ByteArrayOutputStream out, ByteBuffer buffer) {
        out.writeBytes(buffer.array());
    }
}
