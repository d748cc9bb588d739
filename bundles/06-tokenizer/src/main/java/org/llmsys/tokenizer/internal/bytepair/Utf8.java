package org.llmsys.tokenizer.internal.bytepair;

import java.nio.charset.StandardCharsets;

import org.llmsys.assembly.Problem;

/** From text to the bytes that byte-level tokenizers work on, and from places in the bytes back to places in the text. */
final class Utf8 {

    /**
     * For each byte of a text's UTF-8 form, the character it belongs to.
     *
     * @param starts the character's first UTF-16 unit
     * @param ends   the unit after it
     */
    record Places(int[] starts, int[] ends) {
    }

    private Utf8() {
    }

    /**
     * @param offset where {@code text} begins in the text that the caller knows, for the message
     * @throws Problem for a surrogate without its other half, which no UTF-8 can express
     */
    static byte[] bytes(String text, int offset) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c) || i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw Problem.failed("the text is not valid Unicode",
                            String.format("character %d is the surrogate U+%04X without its other half", offset + i, (int) c),
                            "give valid text, or encode its bytes");
                }
                i++;
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** @param bytes the UTF-8 form of {@code text} */
    static Places places(String text, byte[] bytes) {
        Places places = new Places(new int[bytes.length], new int[bytes.length]);
        int unit = 0;
        for (int at = 0; at < bytes.length;) {
            int codePoint = text.codePointAt(unit);
            int length = codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
            int units = Character.charCount(codePoint);
            for (int i = 0; i < length; i++, at++) {
                places.starts[at] = unit;
                places.ends[at] = unit + units;
            }
            unit += units;
        }
        return places;
    }
}
