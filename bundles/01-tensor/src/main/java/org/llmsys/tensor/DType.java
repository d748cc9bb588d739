package org.llmsys.tensor;

/** The type of a tensor's elements. */
public enum DType {

    /** 32-bit floating point, the working type. */
    F32(4, true),
    /** 64-bit floating point, for references and gradient checks. */
    F64(8, true),
    /** 32-bit integer, for token ids. */
    I32(4, false),
    /** 64-bit integer. */
    I64(8, false);

    private final int bytes;
    private final boolean floating;

    DType(int bytes, boolean floating) {
        this.bytes = bytes;
        this.floating = floating;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    public boolean floating() {
        return floating;
    }
}
