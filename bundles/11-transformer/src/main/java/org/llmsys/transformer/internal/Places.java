package org.llmsys.transformer.internal;

/** Where this room's random draws come from. The room's number stands in the upper half, so that no other room draws at the same place. */
final class Places {

    private static final long ROOM = 11L << 32;
    private static final long EMBEDDING = ROOM + (1L << 20);     // beyond the number of any block
    private static final long CROSS = ROOM + (1L << 21);

    private Places() {
    }

    /** The dropout behind one block's attention. */
    static long attention(int block) {
        return ROOM + block;
    }

    /** The dropout behind one block's attention to an encoder. */
    static long cross(int block) {
        return CROSS + block;
    }

    /** The dropout behind the embedding of a stack whose first block has this number. */
    static long embedding(int firstBlock) {
        return EMBEDDING + firstBlock;
    }
}
