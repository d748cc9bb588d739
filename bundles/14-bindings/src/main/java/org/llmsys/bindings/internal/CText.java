package org.llmsys.bindings.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A text as C has it, outside the Java heap, so that a call passes its address and converts nothing. */
record CText(MemorySegment bytes) {

    /** It lives as long as this object is reachable. */
    static CText of(String text) {
        return new CText(Arena.ofAuto().allocateFrom(text));
    }

    long address() {
        return bytes.address();
    }
}
