package org.llmsys.vector.matmul;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A few arrays to work in, lent and given back, so that a product does not allocate its panels each time. Holds at most
 * {@link #PLACES}; who finds none gets a new one. Thread-safe.
 */
public final class Scratch {

    private static final int PLACES = 16;
    /** Arrays longer than this (64 MiB) are not kept. */
    private static final int LONGEST = 1 << 24;

    private final AtomicReferenceArray<float[]> places = new AtomicReferenceArray<>(PLACES);

    /** An array of at least {@code length} elements with whatever an earlier product left in them: the shortest that will do. */
    public float[] lend(int length) {
        while (true) {
            int best = -1;
            float[] shortest = null;
            for (int i = 0; i < PLACES; i++) {
                float[] array = places.getPlain(i);
                if (array != null && array.length >= length && (shortest == null || array.length < shortest.length)) {
                    best = i;
                    shortest = array;
                }
            }
            if (shortest == null || wastes(shortest.length, length)) {
                return new float[rounded(length)];
            }
            if (places.compareAndSet(best, shortest, null)) {
                return shortest;
            }
        }
    }

    /** A much longer array is left to those who need it, or they would have to make another. */
    private static boolean wastes(int length, int needed) {
        return length > 4096 && length / 8 > needed;
    }

    /** A few sizes instead of many, so that arrays serve again. */
    private static int rounded(int length) {
        return length > LONGEST ? length : Math.max(512, Integer.highestOneBit(Math.max(1, length - 1)) << 1);
    }

    /** Kept in a free place, else in that of a shorter array, else left to the garbage collector. */
    public void giveBack(float[] array) {
        if (array.length > LONGEST) {
            return;
        }
        for (int i = 0; i < PLACES; i++) {
            if (places.getPlain(i) == null && places.compareAndSet(i, null, array)) {
                return;
            }
        }
        for (int i = 0; i < PLACES; i++) {
            float[] other = places.getPlain(i);
            if (other != null && other.length < array.length && places.compareAndSet(i, other, array)) {
                return;
            }
        }
    }
}
