package org.llmsys.tokenizer.internal.bytepair;

import java.nio.charset.StandardCharsets;

import org.llmsys.assembly.Problem;

/** From text to the bytes that byte-level tokenizers work on. */
final class Utf8 {

    private Utf8() {
    }

    /**
     * @param offset where {@code text} begins in the text that the caller knows, for the message
     * @throws Problem for a surrogate without its other half, which no UTF-8 can express
     */
    static byte[] bytes(String text, int offset) {
        long length = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c) || i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw Problem.failed("the text is not valid Unicode",
                            String.format("character %d is the surrogate U+%04X without its other half", offset + i, (int) c),
                            "give valid text, or encode its bytes");
                }
                // four bytes for two units
                length += 2;
                i++;
            } else {
                length += c < 0x80 ? 0 : c < 0x800 ? 1 : 2;
            }
        }
        return length == text.length() ? text.getBytes(StandardCharsets.US_ASCII) : write(text, new byte[Math.toIntExact(length)]);
    }

    /** Fills an array of the right size; the library's own way would make one that is too large first. */
    private static byte[] write(String text, byte[] bytes) {
        int at = 0;
        for (int i = 0; i < text.length(); i++) {
            int c = text.charAt(i);
            if (c < 0x80) {
                bytes[at++] = (byte) c;
                continue;
            }
            if (c < 0x800) {
                bytes[at++] = (byte) (0xC0 | c >> 6);
            } else {
                if (Character.isSurrogate((char) c)) {
                    c = Character.toCodePoint((char) c, text.charAt(++i));
                    bytes[at++] = (byte) (0xF0 | c >> 18);
                    bytes[at++] = (byte) (0x80 | c >> 12 & 0x3F);
                } else {
                    bytes[at++] = (byte) (0xE0 | c >> 12);
                }
                bytes[at++] = (byte) (0x80 | c >> 6 & 0x3F);
            }
            bytes[at++] = (byte) (0x80 | c & 0x3F);
        }
        return bytes;
    }
}
