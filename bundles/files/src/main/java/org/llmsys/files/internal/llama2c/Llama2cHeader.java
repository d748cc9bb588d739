package org.llmsys.files.internal.llama2c;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.llmsys.files.Findings;

/**
 * What opens a llama2.c file, little endian, and how long the file then is.
 *
 * <pre>
 *   version 0   C F L NH NKV V contextLength (7 ints; V negative: the output has a table of its own) | F32 data
 *   version 1   "ak42" 1 | 7 ints | shared output (a byte) | zeros up to byte 256 | F32 data
 *   version 2   "ak42" 2 | 7 ints | shared output (a byte) | group size (an int) | zeros up to byte 256
 *               | norms in F32 | each matrix: its whole numbers (a byte each), then a scale of F32 for each group
 * </pre>
 *
 * @param groupSize numbers that share a scale; 1 when none do
 * @see <a href="https://github.com/karpathy/llama2.c/blob/master/export.py">The program that writes it</a>
 */
record Llama2cHeader(int version, int embeddingDim, int hiddenDim, int numLayers, int numHeads, int numKvHeads, int vocabSize, int contextLength,
        boolean sharedOutput, int groupSize) {

    /** The bytes of the longest header. */
    static final int BYTES = 256;
    /** "ak42", as the first int. */
    static final int MAGIC = 0x616b3432;

    private static final int LEGACY_BYTES = 28;
    private static final int MOST_LAYERS = 1024;
    private static final int MOST_TOKENS = 1 << 20;
    private static final int MOST = 1 << 24;

    /** Null when something is wrong, which then stands in the findings. */
    static Llama2cHeader parse(byte[] start, Findings findings) {
        ByteBuffer in = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
        if (start.length < LEGACY_BYTES) {
            findings.add("it has %d bytes, fewer than its header", start.length);
            return null;
        }
        boolean legacy = in.getInt(0) != MAGIC;
        int version = legacy ? 0 : in.getInt(4);
        if (!legacy && (version < 1 || version > 2 || start.length < BYTES)) {
            findings.add(start.length < BYTES ? "it ends inside its header" : "it has version %d; versions 0, 1 and 2 are read here", version);
            return null;
        }
        int[] numbers = new int[7];
        in.position(legacy ? 0 : 8).asIntBuffer().get(numbers);
        boolean shared = legacy ? numbers[5] > 0 : in.get(36) != 0;
        int vocabSize = legacy && numbers[5] > Integer.MIN_VALUE ? Math.abs(numbers[5]) : numbers[5];
        Llama2cHeader header = new Llama2cHeader(version, numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], vocabSize, numbers[6], shared,
                version == 2 ? in.getInt(37) : 1);
        header.check(findings);
        return findings.none() ? header : null;
    }

    void check(Findings findings) {
        require("dimension", embeddingDim, MOST, findings);
        require("hidden dimension", hiddenDim, MOST, findings);
        require("number of layers", numLayers, MOST_LAYERS, findings);
        require("number of heads", numHeads, MOST, findings);
        require("number of key and value heads", numKvHeads, MOST, findings);
        require("vocabulary", vocabSize, MOST_TOKENS, findings);
        require("context length", contextLength, MOST, findings);
        require("group size", groupSize, MOST, findings);
        if (findings.none() && (embeddingDim % numHeads != 0 || embeddingDim / numHeads % 2 != 0 || numHeads % numKvHeads != 0)) {
            findings.add("%d features, %d heads and %d heads of keys and values do not go into each other in pairs", embeddingDim, numHeads,
                    numKvHeads);
        }
    }

    private static void require(String what, int value, int most, Findings findings) {
        if (value < 1 || value > most) {
            findings.add("its %s is %d, not a number from 1 to %d", what, value, most);
        }
    }

    int dataStart() {
        return version == 0 ? LEGACY_BYTES : BYTES;
    }

    int headDim() {
        return embeddingDim / numHeads;
    }

    /** The cosines and sines of rotary positions in a file of version 0, which every program computes itself: as many numbers of F32. */
    long rotaryNumbers() {
        return version == 0 ? (long) contextLength * headDim() : 0;
    }
}
