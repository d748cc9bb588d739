package org.llmsys.feedforward.internal;

/** Where this room's random draws come from. The room's number stands in the upper half, so that no other room draws at the same place. */
final class Places {

    private static final long ROOM = 10L << 32;

    private Places() {
    }

    /** The dropout of one block's feed-forward network. */
    static long dropout(int block) {
        return ROOM + block;
    }
}
