package org.llmsys.tokenizer.internal.bytepair;

/** Places of pairs that may merge: the lowest rank comes first, of equal ones the leftmost place. */
interface PlaceQueue {

    void add(int rank, int place);

    /** Takes out what comes first, which {@link #rank} and {@link #place} then tell; false when nothing is left. */
    boolean next();

    int rank();

    int place();
}
