package org.llmsys.files.malformed;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

import org.llmsys.files.malformed.GgufSketch.TensorSketch;
import org.llmsys.tensor.RandomStream;

/** What can be wrong with a GGUF file: the kinds of llama.cpp's own test, the one it left out for its memory, and more. */
final class DamagedGguf {

    private static final long[] HUGE = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 62, 1L << 40, 1L << 31, 1 << 30};

    private final Map<String, Damage> kinds = new LinkedHashMap<>();

    private DamagedGguf() {
        header();
        keys();
        tensors();
        data();
        model();
    }

    static Map<String, Damage> kinds() {
        return new DamagedGguf().kinds;
    }

    static byte[] good(RandomStream random) {
        return new GgufSketch(random).bytes();
    }

    private void add(String kind, BiConsumer<GgufSketch, RandomStream> damage) {
        kinds.put("gguf: " + kind, random -> {
            GgufSketch sketch = new GgufSketch(random);
            damage.accept(sketch, random);
            return sketch.bytes();
        });
    }

    private static long huge(RandomStream random) {
        return HUGE[(int) random.nextLong(HUGE.length)];
    }

    private static TensorSketch any(GgufSketch sketch, RandomStream random) {
        return sketch.tensors.get((int) random.nextLong(sketch.tensors.size()));
    }

    private void header() {
        add("bad magic", (s, r) -> s.magic ^= 1 << r.nextLong(32));
        add("version 0", (s, r) -> s.version = 0);
        add("version 1", (s, r) -> s.version = 1);
        add("version of the future", (s, r) -> s.version = 4 + (int) r.nextLong(1 << 30));
        add("big endian", (s, r) -> s.version = Integer.reverseBytes(s.version));
        add("number of tensors", (s, r) -> s.tensorCount = huge(r));
        add("one tensor too many", (s, r) -> s.tensorCount = s.tensors.size() + 1L);
        add("number of keys", (s, r) -> s.keyCount = huge(r));
        add("header cut", (s, r) -> s.cut = s.bytes().length - (int) r.nextLong(400));
    }

    private void keys() {
        add("length of a key", (s, r) -> s.keys.add(GgufSketch.key("k", 4, 4).putLong(0, huge(r)).array()));
        add("empty key", (s, r) -> s.number("", 1));
        add("key twice", (s, r) -> s.number("llama.block_count", 1));
        add("type of a value", (s, r) -> s.keys.add(GgufSketch.key("k", 13 + (int) r.nextLong(1 << 20), 8).array()));
        add("type of an array", (s, r) -> s.array("k", 13 + (int) r.nextLong(1 << 20), 1, new byte[8]));
        add("array of arrays", (s, r) -> s.array("k", 9, 1, new byte[16]));
        add("length of an array", (s, r) -> s.array("k", (int) r.nextLong(9), huge(r), new byte[8]));
        add("array of more than a terabyte", (s, r) -> s.array("k", 12, (1L << 37) + r.nextLong(1 << 20), new byte[8]));
        add("array of texts without texts", (s, r) -> s.array("k", 8, (1 << 20) - r.nextLong(1000), new byte[8]));
        add("length of a text", (s, r) -> s.keys.add(GgufSketch.key("k", 8, 8).putLong(huge(r)).array()));
        add("alignment of a wrong type", (s, r) -> s.keys.add(GgufSketch.key("general.alignment", 5, 4).putInt(32).array()));
        add("alignment no power of two", (s, r) -> s.number("general.alignment", 3 + 2 * r.nextLong(1000)));
        add("alignment 0", (s, r) -> s.number("general.alignment", 0));
        add("alignment other than the data's", (s, r) -> s.number("general.alignment", 4096));
    }

    private void tensors() {
        add("name too long", (s, r) -> any(s, r).name = "n".repeat(64 + (int) r.nextLong(1000)));
        add("name twice", (s, r) -> s.tensors.get(1 + (int) r.nextLong(4)).name = s.tensors.getFirst().name);
        add("rank 0", (s, r) -> any(s, r).rank = 0);
        add("rank above 4", (s, r) -> any(s, r).rank = 5 + (int) r.nextLong(60));
        add("dimension negative", (s, r) -> any(s, r).dimensions[0] = -1 - r.nextLong(1000));
        add("dimensions that overflow", (s, r) -> any(s, r).dimensions = new long[] {1L << 33, 1L << (31 + r.nextLong(2))});
        add("dimensions that wrap to a small number", (s, r) -> any(s, r).dimensions = new long[] {1L << 32, 1L << 32});
        add("bytes that overflow", (s, r) -> any(s, r).dimensions = new long[] {1L << 62});
        add("padded bytes that overflow", (s, r) -> any(s, r).dimensions = new long[] {(1L << 61) - 1});
        add("larger than the file", (s, r) -> any(s, r).dimensions[0] <<= 1 + r.nextLong(30));
        add("rows that are no whole blocks", (s, r) -> s.tensors.get(2).dimensions[0] += 1 + r.nextLong(31));
        add("unknown type", (s, r) -> any(s, r).type = 43 + (int) r.nextLong(1 << 20));
        add("type of old times", (s, r) -> any(s, r).type = new int[] {4, 5, 31, 32, 33, 36, 37, 38}[(int) r.nextLong(8)]);
        add("type that is not read here", (s, r) -> {
            s.tensors.clear();
            TensorSketch tensor = new TensorSketch();
            tensor.name = "token_embd.weight";
            tensor.rank = 2;
            tensor.dimensions = new long[] {256, 3};
            tensor.type = new int[] {10, 11, 16, 18, 19, 21, 24}[(int) r.nextLong(7)];
            tensor.data = new byte[3 * new int[] {84, 110, 66, 98, 50, 110, 256}[Arrays.asList(10, 11, 16, 18, 19, 21, 24).indexOf(tensor.type)]];
            s.tensors.add(tensor);
        });
        add("offset not aligned", (s, r) -> any(s, r).offset += 1 + r.nextLong(31));
        add("offset of another tensor", (s, r) -> s.tensors.get(1 + (int) r.nextLong(4)).offset = 0);
        add("offset beyond everything", (s, r) -> any(s, r).offset = huge(r));
        add("hole in the data", (s, r) -> s.tensors.getLast().offset += 32);
    }

    private void data() {
        add("data cut", (s, r) -> s.cut = 32 + (int) r.nextLong(100));
        add("NaN", (s, r) -> set(s.tensors.getFirst(), r, 4, 0x7fc00000));
        add("infinity", (s, r) -> set(s.tensors.getFirst(), r, 4, 0xff800000));
        add("infinite scale", (s, r) -> {
            TensorSketch tensor = s.tensors.get(2);
            int block = (int) r.nextLong(tensor.data.length / 34);
            tensor.data[34 * block + 1] = 0x7c;
        });
    }

    /** Bits of an F32 at a random place. */
    private static void set(TensorSketch tensor, RandomStream random, int size, int bits) {
        int at = size * (int) random.nextLong(tensor.data.length / size);
        for (int i = 0; i < size; i++) {
            tensor.data[at + i] = (byte) (bits >> 8 * i);
        }
    }

    private void model() {
        add("no architecture", (s, r) -> s.drop("general.architecture"));
        add("unknown architecture", (s, r) -> {
            s.drop("general.architecture");
            s.text("general.architecture", "x".repeat(1 + (int) r.nextLong(5000)) + "\n\u001b[31m");
        });
        add("architecture that is a number", (s, r) -> s.set("general.architecture", 1));
        add("no layers, or too many", (s, r) -> s.set("llama.block_count", r.nextLong(2) == 0 ? 0 : 1025 + r.nextLong(1L << 31)));
        add("no heads", (s, r) -> s.set("llama.attention.head_count", 0));
        add("heads that do not divide", (s, r) -> s.set("llama.attention.head_count", 1000 + r.nextLong(1 << 20)));
        add("a number missing", (s, r) -> s.drop(new String[] {"llama.context_length", "llama.embedding_length",
                "llama.feed_forward_length"}[(int) r.nextLong(3)]));
        add("a real number where a whole one belongs", (s, r) -> {
            s.drop("llama.embedding_length");
            s.keys.add(GgufSketch.key("llama.embedding_length", 6, 4).putFloat(32).array());
        });
        add("NaN as a setting", (s, r) -> s.keys.add(GgufSketch.key("llama.rope.freq_base", 6, 4).putFloat(Float.NaN).array()));
        add("no table", (s, r) -> s.tensors.getFirst().name = "other.weight");
        add("no tensors", (s, r) -> s.tensors.clear());
        add("one part of several", (s, r) -> s.number("split.count", 2 + r.nextLong(5)));
    }
}
