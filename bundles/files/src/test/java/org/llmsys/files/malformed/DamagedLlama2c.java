package org.llmsys.files.malformed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

import org.llmsys.tensor.RandomStream;

/** What can be wrong with a llama2.c file of any version. */
final class DamagedLlama2c {

    private static final String[] FIELDS = {"dimension", "hidden dimension", "layers", "heads", "heads of keys", "vocabulary", "context length"};
    private static final int[] VALUES = {8, 12, 2, 2, 1, 10, 6};

    private final Map<String, Damage> kinds = new LinkedHashMap<>();

    private DamagedLlama2c() {
        for (int version = 0; version < 3; version++) {
            int v = version;
            for (int field = 0; field < FIELDS.length; field++) {
                int at = (v == 0 ? 0 : 8) + 4 * field;
                int good = VALUES[field];
                boolean signed = v == 0 && field == 5;
                add(v, FIELDS[field] + " 0", (file, random) -> file.putInt(at, 0));
                add(v, FIELDS[field] + " out of range", (file, random) -> file.putInt(at, signed ? Integer.MIN_VALUE
                        : -1 - (int) random.nextLong(1 << 30)));
                add(v, FIELDS[field] + " huge", (file, random) -> file.putInt(at, Integer.MAX_VALUE - (int) random.nextLong(1000)));
                if (v == 0 || field < 6) {                           // nothing in versions 1 and 2 depends on the context length
                    add(v, FIELDS[field] + " another", (file, random) -> file.putInt(at, (good + 1 + (int) random.nextLong(20)) * (signed ? -1 : 1)));
                }
            }
            cut(v);
        }
        add(0, "tied instead of not", (file, random) -> file.putInt(20, 10));
        add(1, "tied instead of not", (file, random) -> file.put(36, (byte) 1));
        add(1, "version of the future", (file, random) -> file.putInt(4, 3 + (int) random.nextLong(1 << 30)));
        add(1, "version negative", (file, random) -> file.putInt(4, -1 - (int) random.nextLong(1000)));
        add(2, "group size 0", (file, random) -> file.putInt(37, 0));
        add(2, "group size that does not divide", (file, random) -> file.putInt(37, 3));
        add(2, "group size huge", (file, random) -> file.putInt(37, Integer.MAX_VALUE));
        add(2, "infinite scale", (file, random) -> file.putFloat(file.capacity() - 4, Float.POSITIVE_INFINITY));
        add(0, "NaN", (file, random) -> file.putFloat(28 + 4 * (int) random.nextLong(80), Float.NaN));
        add(1, "NaN", (file, random) -> file.putFloat(256 + 4 * (int) random.nextLong(80), Float.NaN));
    }

    static Map<String, Damage> kinds() {
        return new DamagedLlama2c().kinds;
    }

    static byte[] good(int version) {
        int c = 8;
        int norms = 5 * c;
        int tables = 2 * 10 * c;
        int matrices = 2 * (c * c + 2 * 4 * c + c * c + 3 * 12 * c);
        int bytes = version == 0 ? 28 + 4 * (norms + tables + matrices + 6 * 4) : version == 1 ? 256 + 4 * (norms + tables + matrices)
                : 256 + 4 * norms + (tables + matrices) + (tables + matrices) / 4 * 4;
        ByteBuffer file = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (version > 0) {
            file.putInt(0x616b3432).putInt(version);
        }
        for (int value : VALUES) {
            file.putInt(version == 0 && value == 10 ? -value : value);
        }
        if (version == 2) {
            file.putInt(37, 4);
        }
        return file.array();
    }

    private void add(int version, String kind, BiConsumer<ByteBuffer, RandomStream> damage) {
        kinds.put("llama2.c " + version + ": " + kind, random -> {
            ByteBuffer file = ByteBuffer.wrap(good(version)).order(ByteOrder.LITTLE_ENDIAN);
            damage.accept(file, random);
            return file.array();
        });
    }

    private void cut(int version) {
        kinds.put("llama2.c " + version + ": cut", random -> Arrays.copyOf(good(version), (int) random.nextLong(good(version).length)));
        kinds.put("llama2.c " + version + ": too long", random -> Arrays.copyOf(good(version), good(version).length + 1 + (int) random.nextLong(99)));
    }
}
