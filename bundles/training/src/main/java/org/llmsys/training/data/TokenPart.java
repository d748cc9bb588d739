package org.llmsys.training.data;

import java.util.Objects;

/** The ids of a row from one place up to another. */
record TokenPart(TokenSource whole, long from, long to) implements TokenSource {

    TokenPart {
        Objects.checkFromToIndex(from, to, whole.size());
    }

    @Override
    public long size() {
        return to - from;
    }

    @Override
    public void copy(long place, int[] ids, int offset, int length) {
        Objects.checkFromIndexSize(place, length, size());
        whole.copy(from + place, ids, offset, length);
    }
}
