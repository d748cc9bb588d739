package org.llmsys.tokenizer.internal.sentencepiece;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * A Protocol Buffers message: fields of a number and a value, one after another.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">The encoding</a>
 */
record ProtoMessage(ByteBuffer bytes) {

    private static final int VARINT = 0;
    private static final int LONG = 1;
    private static final int BYTES = 2;
    private static final int INT = 5;

    /** One field; which of the values it has follows from the wire type. */
    record Field(int number, int wire, long value, ByteBuffer data) {

        long whole() {
            require(VARINT);
            return value;
        }

        boolean flag() {
            return whole() != 0;
        }

        float real() {
            require(INT);
            return Float.intBitsToFloat((int) value);
        }

        ProtoMessage message() {
            require(BYTES);
            return new ProtoMessage(data.duplicate());
        }

        byte[] content() {
            require(BYTES);
            byte[] copy = new byte[data.remaining()];
            data.duplicate().get(copy);
            return copy;
        }

        private void require(int wanted) {
            if (wire != wanted) {
                throw Pieces.damaged("the field " + number + " has the wire type " + wire + " instead of " + wanted);
            }
        }
    }

    void forEach(Consumer<Field> visitor) {
        ByteBuffer in = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            long tag = varint(in);
            int number = (int) (tag >>> 3);
            int wire = (int) tag & 7;
            if (tag >>> 3 == 0 || tag >>> 32 != 0) {
                throw Pieces.damaged("a field has the number " + (tag >>> 3));
            }
            switch (wire) {
                case VARINT -> visitor.accept(new Field(number, wire, varint(in), null));
                case LONG -> visitor.accept(new Field(number, wire, have(in, 8).getLong(), null));
                case BYTES -> {
                    long length = varint(in);
                    if (length < 0 || length > in.remaining()) {
                        throw Pieces.damaged("the field " + number + " claims " + Long.toUnsignedString(length) + " bytes, and " + in.remaining()
                                + " follow");
                    }
                    ByteBuffer data = in.slice(in.position(), (int) length);
                    in.position(in.position() + (int) length);
                    visitor.accept(new Field(number, wire, 0, data));
                }
                case INT -> visitor.accept(new Field(number, wire, have(in, 4).getInt(), null));
                default -> throw Pieces.damaged("the field " + number + " has the unknown wire type " + wire);
            }
        }
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            byte b = have(in, 1).get();
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw Pieces.damaged("a number has more than ten bytes");
    }

    private static ByteBuffer have(ByteBuffer in, int bytes) {
        if (in.remaining() < bytes) {
            throw Pieces.damaged("it ends inside a field");
        }
        return in;
    }

    /** Writes such a message, field by field. */
    static final class Writer {

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        /** A negative number takes ten bytes, as the format wants it. */
        Writer whole(int number, long value) {
            varint((long) number << 3 | VARINT);
            varint(value);
            return this;
        }

        Writer flag(int number, boolean value) {
            return whole(number, value ? 1 : 0);
        }

        Writer real(int number, float value) {
            varint((long) number << 3 | INT);
            out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
            return this;
        }

        Writer text(int number, String text) {
            return content(number, text.getBytes(StandardCharsets.UTF_8));
        }

        Writer content(int number, byte[] content) {
            varint((long) number << 3 | BYTES);
            varint(content.length);
            out.writeBytes(content);
            return this;
        }

        byte[] bytes() {
            return out.toByteArray();
        }

        private void varint(long value) {
            long rest = value;
            for (; rest >>> 7 != 0; rest >>>= 7) {
                out.write((int) rest & 0x7F | 0x80);
            }
            out.write((int) rest);
        }
    }
}
