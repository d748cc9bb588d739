package org.llmsys.files;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.llmsys.assembly.Problem;

/** A value of a GGUF file's metadata. */
public sealed interface GgufValue {

    static GgufValue of(String text) {
        return new Text(text.getBytes(StandardCharsets.UTF_8));
    }

    static GgufValue of(long whole) {
        return new Whole(whole);
    }

    static GgufValue of(double real) {
        return new Real(real);
    }

    static GgufValue of(boolean flag) {
        return new Flag(flag);
    }

    static GgufValue of(List<String> texts) {
        return new Texts(texts.stream().map(text -> new Text(text.getBytes(StandardCharsets.UTF_8))).toList());
    }

    /** An array of 32-bit whole numbers with sign. */
    static GgufValue of(int[] wholes) {
        ByteBuffer data = ByteBuffer.allocate(4 * wholes.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int whole : wholes) {
            data.putInt(whole);
        }
        return new Wholes(wholes.length, 4, true, data.flip());
    }

    /** An array of 32-bit real numbers. */
    static GgufValue of(float[] reals) {
        ByteBuffer data = ByteBuffer.allocate(4 * reals.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float real : reals) {
            data.putFloat(real);
        }
        return new Reals(reals.length, 4, data.flip());
    }

    /** A whole number; a 64-bit one without sign beyond 2^63-1 shows as a negative one. */
    record Whole(long value) implements GgufValue {
    }

    /** A floating point number. */
    record Real(double value) implements GgufValue {
    }

    /** True or false. */
    record Flag(boolean value) implements GgufValue {
    }

    /** Bytes that should be UTF-8; files hold others too, so they are decoded when somebody asks. */
    record Text(byte[] utf8) implements GgufValue {

        /** @throws Problem when the bytes are not UTF-8 */
        public String text() {
            try {
                CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
                return text.toString();
            } catch (CharacterCodingException e) {
                throw new Problem("cannot read a text of the GGUF file", "it is not UTF-8 (" + utf8.length + " bytes)",
                        "get an undamaged copy of the file", Problem.FAILED, e);
            }
        }
    }

    /** An array of texts. */
    record Texts(List<Text> values) implements GgufValue {

        public Texts {
            values = List.copyOf(values);
        }
    }

    /** An array of whole numbers or flags (0 and 1), kept in the bytes of the file. */
    record Wholes(int size, int elementBytes, boolean signed, ByteBuffer data) implements GgufValue {

        public long get(int i) {
            return switch (elementBytes) {
                case 1 -> signed ? data.get(i) : data.get(i) & 0xFF;
                case 2 -> signed ? data.getShort(2 * i) : data.getShort(2 * i) & 0xFFFF;
                case 4 -> signed ? data.getInt(4 * i) : data.getInt(4 * i) & 0xFFFF_FFFFL;
                default -> data.getLong(8 * i);
            };
        }
    }

    /** An array of floating point numbers, kept in the bytes of the file. */
    record Reals(int size, int elementBytes, ByteBuffer data) implements GgufValue {

        public double get(int i) {
            return elementBytes == 4 ? data.getFloat(4 * i) : data.getDouble(8 * i);
        }
    }
}
