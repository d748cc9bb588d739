package org.llmsys.bindings.internal;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;

import org.llmsys.tensor.DType;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Where the numbers of a tensor lie, as the bridge takes them: an index into an array of the heap, or an address outside it.
 *
 * <pre>
 *   array != null     elements array[at], array[at + 1], ...
 *   array == null     floats at the address {@code at}; 0 for no operand
 * </pre>
 *
 * @param array  of the heap, or null
 * @param at     index or address
 * @param tensor keeps what lies outside the heap alive during the call
 */
record Operand(float[] array, long at, Tensor tensor) {

    /** No operand: null in C. */
    static final Operand NONE = new Operand(null, 0, null);

    /** Operands that were copied to be read. */
    static final LongAdder COPIES = new LongAdder();

    /** Contiguous F32 to be read; null gives {@link #NONE}. */
    static Operand read(String operation, Tensor t) {
        return t == null ? NONE : contiguous(operation, t, false);
    }

    /** Contiguous F32 to be written; null gives {@link #NONE}. */
    static Operand written(String operation, Tensor t) {
        return t == null ? NONE : contiguous(operation, t, true);
    }

    private static Operand contiguous(String operation, Tensor t, boolean written) {
        if (!t.isContiguous()) {
            throw new ShapeException(operation, t.shape(), "the native engine takes contiguous tensors; contiguous() makes one");
        }
        return strided(operation, t, written);
    }

    /** F32 with any strides: where element 0 of every axis lies. */
    static Operand strided(String operation, Tensor t, boolean written) {
        if (t.dtype() != DType.F32) {
            throw new ShapeException(operation, t.shape(), "it is of " + t.dtype()
                    + ", and the native engine computes in F32; to(DType.F32) converts");
        }
        float[] floats = t.storage().floats();
        if (floats != null) {
            return new Operand(floats, t.offset(), t);
        }
        MemorySegment segment = t.storage().segment();
        if (segment != null && segment.isNative() && !segment.isMapped() && !(written && segment.isReadOnly())) {
            return new Operand(null, segment.address() + DType.F32.bytes(t.offset()), t);
        }
        if (written || !t.isContiguous()) {
            throw new ShapeException(operation, t.shape(), "the native engine writes to F32 on the heap or in memory of an allocator");
        }
        COPIES.increment();                                            // a mapped file may become shorter; numbers in another form have no address
        Tensor copy = t.onHeap();
        return new Operand(copy.floats(), copy.offset(), copy);
    }
}
