package org.llmsys.files;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

import org.llmsys.tensor.DType;
import org.llmsys.tensor.Storage;

/** The element types of a safetensors file that we read, their size there, and the type they become here. */
enum Element {

    F64(8, DType.F64),
    F32(4, DType.F32),
    F16(2, DType.F32),
    BF16(2, DType.F32),
    I64(8, DType.I64),
    I32(4, DType.I32),
    U8(1, DType.I32),
    BOOL(1, DType.I32);

    private final int bytes;
    private final DType becomes;

    Element(int bytes, DType becomes) {
        this.bytes = bytes;
        this.becomes = becomes;
    }

    int bytes() {
        return bytes;
    }

    DType becomes() {
        return becomes;
    }

    static Optional<Element> named(String name) {
        return Arrays.stream(values()).filter(e -> e.name().equals(name)).findFirst();
    }

    /** How our own types are written. */
    static Element of(DType dtype) {
        return switch (dtype) {
            case F32 -> F32;
            case F64 -> F64;
            case I32 -> I32;
            case I64 -> I64;
        };
    }

    /** Moves the whole elements that the buffer (little endian) holds into the storage, from {@code at} on. */
    void read(ByteBuffer from, Storage to, long at) {
        int count = from.remaining() / bytes;
        if (this == F32) {
            from.asFloatBuffer().get(to.floats(), Math.toIntExact(at), count);
            from.position(from.position() + count * bytes);
            return;
        }
        for (int i = 0; i < count; i++) {
            switch (this) {
                case F64 -> to.setDouble(at + i, from.getDouble());
                case F16 -> to.setDouble(at + i, Float.float16ToFloat(from.getShort()));
                case BF16 -> to.setDouble(at + i, Float.intBitsToFloat(from.getShort() << 16));
                case I64 -> to.setLong(at + i, from.getLong());
                case I32 -> to.setLong(at + i, from.getInt());
                case U8, BOOL -> to.setLong(at + i, from.get() & 0xff);
                case F32 -> throw new IllegalStateException("F32 is moved as a block");
            }
        }
    }

    /** Puts one element of a tensor of this type into the buffer. */
    void write(Storage from, long at, ByteBuffer to) {
        switch (this) {
            case F32 -> to.putFloat((float) from.getDouble(at));
            case F64 -> to.putDouble(from.getDouble(at));
            case I32 -> to.putInt((int) from.getLong(at));
            case I64 -> to.putLong(from.getLong(at));
            default -> throw new IllegalStateException(this + " is read, never written");
        }
    }
}
