package org.llmsys.tokenizer.internal.bytepair;

import java.util.Arrays;

/**
 * GPT-2's way to write bytes as visible characters, which byte-level vocabularies use in their files: printable Latin-1 characters
 * stand for themselves, the other 68 bytes for U+0100 and on. A blank is written Ġ, a line end Ċ.
 */
final class ByteAlphabet {

    private static final char[] CHARACTERS = new char[256];
    private static final short[] BYTES = new short[256 + 68];

    static {
        Arrays.fill(BYTES, (short) -1);
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean itself = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            CHARACTERS[b] = (char) (itself ? b : next++);
            BYTES[CHARACTERS[b]] = (short) b;
        }
    }

    private ByteAlphabet() {
    }

    static String write(byte[] bytes) {
        char[] written = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            written[i] = CHARACTERS[bytes[i] & 0xFF];
        }
        return new String(written);
    }

    /** The bytes that {@code written} stands for, or null when one of its characters stands for none. */
    static byte[] read(String written) {
        byte[] bytes = new byte[written.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = written.charAt(i);
            if (c >= BYTES.length || BYTES[c] < 0) {
                return null;
            }
            bytes[i] = (byte) BYTES[c];
        }
        return bytes;
    }
}
