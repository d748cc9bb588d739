package org.llmsys.files;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.HalfFloats;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;

/** The element types of a safetensors file that we read, their size there, and the type they have here: as they are, and widened. */
enum Element {

    F64(8, DType.F64, DType.F64),
    F32(4, DType.F32, DType.F32),
    F16(2, DType.F16, DType.F32),
    BF16(2, DType.BF16, DType.F32),
    I64(8, DType.I64, DType.I64),
    I32(4, DType.I32, DType.I32),
    U8(1, DType.I32, DType.I32),
    BOOL(1, DType.I32, DType.I32);

    private final int bytes;
    private final DType stored;
    private final DType widened;

    Element(int bytes, DType stored, DType widened) {
        this.bytes = bytes;
        this.stored = stored;
        this.widened = widened;
    }

    int bytes() {
        return bytes;
    }

    /** The narrowest type of ours that holds it. */
    DType stored() {
        return stored;
    }

    /** A type that kernels compute in. */
    DType widened() {
        return widened;
    }

    /** Whether the file's bytes are elements of {@link #stored} as they lie there. */
    boolean mappable() {
        return stored.blockBytes() == bytes;
    }

    static Optional<Element> named(String name) {
        return Arrays.stream(values()).filter(e -> e.name().equals(name)).findFirst();
    }

    /** How our own types are written. @throws Problem for a block type, which the format does not know */
    static Element of(Tensor tensor) {
        return switch (tensor.dtype()) {
            case F32 -> F32;
            case F64 -> F64;
            case I32 -> I32;
            case I64 -> I64;
            case F16 -> F16;
            case BF16 -> BF16;
            case Q8_0, Q4_0 -> throw Problem.failed("cannot write a tensor of " + tensor.dtype() + " " + tensor.shape() + " to a safetensors file",
                    "the format has no name for blocks that share a scale", "convert it with to(DType.F16) or to(DType.F32)");
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
                case F16 -> to.setDouble(at + i, HalfFloats.fromF16(from.getShort()));
                case BF16 -> to.setDouble(at + i, HalfFloats.fromBF16(from.getShort()));
                case I64 -> to.setLong(at + i, from.getLong());
                case I32 -> to.setLong(at + i, from.getInt());
                case U8, BOOL -> to.setLong(at + i, from.get() & 0xff);
                case F32 -> throw new IllegalStateException("F32 is moved as a block");
            }
        }
    }
}
