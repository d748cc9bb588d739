package org.llmsys.tokenizer.internal.sentencepiece;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A compiled character map (precompiled_charsmap): texts and what each is replaced by, as {@code nmt_nfkc} has 6,000 of.
 *
 * <pre>
 *   u32 bytes of the tree | the tree: a double array of u32 units | replacements, each ended by a 0 byte
 * </pre>
 *
 * <p>The tree is walked over UTF-8 bytes, {@code next = place ^ offset ^ byte}; a unit belongs to the way when its label is that byte.
 * A leaf's value is where its replacement begins. Every step is checked against the array's length, so a damaged map can only replace
 * wrongly. Immutable.
 *
 * <p>Example: the map of {@code nmt_nfkc} turns U+FF21 into A, U+FB01 into fi, and the letter e before U+0301 into U+00E9.
 *
 * @see <a href="https://github.com/s-yata/darts-clone">Darts-clone, the double array</a>
 */
final class CharacterMap {

    private static final int LARGEST = 16 << 20;
    private static final int DEEPEST = 256;

    private final byte[] blob;
    private final int[] units;
    private final byte[] texts;
    /** For each ASCII character whether any text of the map begins with it. */
    private final boolean[] ascii = new boolean[128];

    /** @throws org.llmsys.assembly.Problem when the blob is no such map */
    CharacterMap(byte[] blob) {
        ByteBuffer in = ByteBuffer.wrap(blob).order(ByteOrder.LITTLE_ENDIAN);
        long size = blob.length < 8 ? -1 : in.getInt() & 0xFFFF_FFFFL;
        if (blob.length > LARGEST || size < 1024 || size % 4 != 0 || size >= blob.length - 4L || blob[blob.length - 1] != 0) {
            throw Pieces.damaged("its compiled character map has " + blob.length + " bytes, of which its tree claims " + Math.max(0, size)
                    + "; a tree of at least 1024 and ended texts must fit in");
        }
        this.blob = blob;
        units = new int[(int) size / 4];
        in.asIntBuffer().get(units);
        texts = new byte[blob.length - 4 - (int) size];
        in.get(4 + (int) size, texts);
        for (int c = 0; c < ascii.length; c++) {
            int place = offset(units[0]) ^ c;
            ascii[c] = place < units.length && label(units[place]) == c;
        }
        for (int c = 0; c < ascii.length; c++) {
            longest(Character.toString(c), 0, 1);
        }
    }

    byte[] blob() {
        return blob;
    }

    /** Whether a text of the map may begin with this unit. */
    boolean mayBegin(char unit) {
        return unit >= ascii.length || ascii[unit];
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }

    private static int label(int unit) {
        return unit & (1 << 31 | 0xFF);
    }

    /** A text of the map that begins at a place: its length in UTF-16 units, and where its replacement begins. */
    record Match(int length, int value) {
    }

    /** The longest text of the map that begins at {@code from}, or null. */
    Match longest(CharSequence text, int from, int to) {
        return match(text, from, to, true);
    }

    /** The shortest. */
    Match shortest(CharSequence text, int from, int to) {
        return match(text, from, to, false);
    }

    private Match match(CharSequence text, int from, int to, boolean longest) {
        int place = offset(units[0]);
        int length = 0;
        int value = -1;
        for (int at = from; at < to && at - from < DEEPEST;) {
            int character = Character.codePointAt(text, at);
            int bytes = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
            boolean leaf = false;
            for (int i = 0; i < bytes; i++) {
                int b = utf8(character, bytes, i);
                place ^= b;
                if (place >= units.length || place < 0 || label(units[place]) != b) {
                    return value < 0 ? null : new Match(length, value);
                }
                leaf = (units[place] >>> 8 & 1) != 0;
                place ^= offset(units[place]);
            }
            at += Character.charCount(character);
            if (leaf && place >= 0 && place < units.length) {
                int begin = units[place] & Integer.MAX_VALUE;
                if (begin >= texts.length) {
                    throw Pieces.damaged("its compiled character map has a replacement at " + begin + " of " + texts.length + " bytes");
                }
                value = begin;
                length = at - from;
                if (!longest) {
                    break;
                }
            }
        }
        return value < 0 ? null : new Match(length, value);
    }

    /** The i-th byte of a character in UTF-8. */
    private static int utf8(int character, int bytes, int i) {
        int bits = character >>> 6 * (bytes - 1 - i);
        return i > 0 ? 0x80 | bits & 0x3F : bytes == 1 ? character : 0xF00 >>> bytes & 0xFF | bits;
    }

    /** The replacement that begins here; what is not UTF-8 in it is U+FFFD. */
    String replacement(int value) {
        int end = value;
        while (texts[end] != 0) {
            end++;
        }
        return new String(texts, value, end - value, StandardCharsets.UTF_8);
    }
}
