package org.llmsys.files.malformed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

import org.llmsys.tensor.RandomStream;

/** What can be wrong with a safetensors file. */
final class DamagedSafetensors {

    private static final String ENTRY = "\"b\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[8,32]}";
    private static final String JSON = "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[0,8]},"
            + ENTRY + "}";
    private static final int DATA = 32;

    private final Map<String, Damage> kinds = new LinkedHashMap<>();

    private DamagedSafetensors() {
        lengths();
        header();
        data();
    }

    static Map<String, Damage> kinds() {
        return new DamagedSafetensors().kinds;
    }

    static byte[] good(RandomStream random) {
        return file(JSON + " ".repeat((int) random.nextLong(50)), DATA);
    }

    private static byte[] file(String json, int data) {
        byte[] header = json.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + header.length + data).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header).array();
    }

    private void add(String kind, Damage damage) {
        kinds.put("safetensors: " + kind, damage);
    }

    private void json(String kind, Function<RandomStream, String> json) {
        add(kind, random -> file(json.apply(random), DATA));
    }

    private void entry(String kind, String dtype, String shape, String offsets) {
        json(kind, random -> JSON.replace(ENTRY, "\"b\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}")
                + " ".repeat((int) random.nextLong(9)));
    }

    private void lengths() {
        long[] lengths = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40, 1 << 30, (64 << 20) + 1, JSON.length() + DATA + 1};
        add("length of the header", random -> {
            byte[] file = good(random);
            ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(0, lengths[(int) random.nextLong(lengths.length)]);
            return file;
        });
        add("cut", random -> {
            byte[] file = good(random);
            return Arrays.copyOf(file, (int) random.nextLong(file.length));
        });
        add("bytes behind the data", random -> file(JSON, DATA + 1 + (int) random.nextLong(100)));
    }

    private void header() {
        json("no brace", random -> " " + JSON);
        json("an array", random -> "[" + JSON + "]");
        json("no end", random -> JSON.substring(0, 1 + (int) random.nextLong(JSON.length() - 2)));
        json("something behind the end", random -> JSON + "{}");
        json("deep nesting", random -> "{\"a\":" + "[".repeat(10_000 + (int) random.nextLong(50_000)));
        json("a tensor twice", random -> JSON.replace("\"a\"", "\"b\""));
        json("the notes twice", random -> JSON.replace("{\"__metadata__\"", "{\"__metadata__\":{},\"__metadata__\""));
        json("a note that is no text", random -> JSON.replace("\"pt\"", "[1]"));
        json("a name too long", random -> JSON.replace("\"a\"", "\"" + "n".repeat(257 + (int) random.nextLong(1000)) + "\""));
        json("an unknown property", random -> JSON.replace("\"shape\":[4]", "\"shape\":[4],\"x\":1"));
        json("a property missing", random -> JSON.replace("\"dtype\":\"F16\",", ""));
        for (String type : new String[] {"F8_E4M3", "F8_E5M2", "I8", "U64", "C64", "F4", "f32", ""}) {
            entry("type " + type, "\"" + type + "\"", "[2,3]", "[8,32]");
        }
        entry("type that is no text", "7", "[2,3]", "[8,32]");
        entry("shape that overflows", "\"F32\"", "[4294967296,4294967296,6]", "[8,32]");
        entry("shape of 2^63", "\"F32\"", "[9223372036854775808]", "[8,32]");
        entry("shape negative", "\"F32\"", "[-2,-3]", "[8,32]");
        entry("shape of fractions", "\"F32\"", "[2.5,3]", "[8,32]");
        entry("shape in exponents", "\"F32\"", "[2e0,3]", "[8,32]");
        entry("shape that is a text", "\"F32\"", "[\"2\",3]", "[8,32]");
        entry("shape of rank 9", "\"F32\"", "[1,1,1,1,1,1,1,2,3]", "[8,32]");
        entry("shape larger than the bytes", "\"F32\"", "[2,4]", "[8,32]");
    }

    private void data() {
        entry("overlap", "\"F32\"", "[2,3]", "[4,28]");
        entry("hole", "\"F32\"", "[2,2]", "[16,32]");
        entry("end before begin", "\"F32\"", "[2,3]", "[32,8]");
        entry("offsets beyond the file", "\"F32\"", "[2,3]", "[1000,1024]");
        entry("one offset", "\"F32\"", "[2,3]", "[8]");
        entry("three offsets", "\"F32\"", "[2,3]", "[8,16,32]");
        add("NaN", random -> {
            byte[] file = good(random);
            int number = file.length - 4 * (1 + (int) random.nextLong(6));
            file[number + 3] = 0x7f;
            file[number + 2] = (byte) 0xc0;
            return file;
        });
        add("infinity in F16", random -> {
            byte[] file = good(random);
            file[file.length - DATA + 1 + 2 * (int) random.nextLong(4)] = (byte) 0xfc;
            return file;
        });
    }
}
