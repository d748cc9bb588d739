package org.llmsys.files;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.llmsys.assembly.Problem;

/** A value of a GGUF file's metadata. */
public sealed interface GgufValue {

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
