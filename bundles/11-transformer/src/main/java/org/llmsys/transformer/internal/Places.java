package org.llmsys.transformer.internal;

/** Where this room's random draws come from. The room's number stands in the upper half, so that no other room draws at the same place. */
final class Places {

    private static final long ROOM = 11L << 32;
    private static final long EMBEDDING = ROOM + (1L << 20);     // beyond the number of any block

    private Places() {
    }

    /** The dropout behind one block's attention. */
    static long attention(int block) {
        return ROOM + block;
    }

    /** The dropout behind the embedding. */
    static long embedding() {
        return EMBEDDING;
    }
}
