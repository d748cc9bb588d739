package org.llmsys.tokenizer.internal.sentencepiece;

/**
 * A hash table with open addressing from numbers to numbers, both 0 or more. Filled by one thread; then any number of threads may read.
 */
final class LongTable {

    /** What {@link #get} gives for a key that is not there. */
    static final long NONE = -1;

    /** key + 1, or 0 for a free slot. */
    private long[] keys;
    private long[] values;
    private int shift;
    private int size;

    LongTable(int expected) {
        allocate(64 - Integer.numberOfLeadingZeros(Math.max(8, expected)) - 31);
    }

    private void allocate(int bits) {
        keys = new long[1 << bits];
        values = new long[1 << bits];
        shift = 64 - bits;
    }

    int size() {
        return size;
    }

    long get(long key) {
        int slot = slotOf(key);
        return keys[slot] == 0 ? NONE : values[slot];
    }

    /** Sets the value of a key, whether it had one or not. */
    void put(long key, long value) {
        int slot = slotOf(key);
        values[slot] = value;
        if (keys[slot] == 0) {
            keys[slot] = key + 1;
            if (2 * ++size > keys.length) {
                grow();
            }
        }
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldValues = values;
        allocate(64 - shift + 1);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int slot = slotOf(oldKeys[i] - 1);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }

    private int slotOf(long key) {
        int mask = keys.length - 1;
        int slot = (int) (key * 0x9E3779B97F4A7C15L >>> shift);
        while (keys[slot] != 0 && keys[slot] != key + 1) {
            slot = slot + 1 & mask;
        }
        return slot;
    }
}
