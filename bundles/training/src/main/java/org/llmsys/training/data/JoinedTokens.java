package org.llmsys.training.data;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Several rows read as one: place p lies in the last part that begins at p or before. */
final class JoinedTokens implements TokenSource {

    private final TokenSource[] parts;
    private final long[] starts;                                       // (parts + 1), the last one is N

    JoinedTokens(List<? extends TokenSource> parts) {
        this.parts = parts.stream().filter(part -> part.size() > 0).toArray(TokenSource[]::new);
        this.starts = new long[this.parts.length + 1];
        for (int i = 0; i < this.parts.length; i++) {
            starts[i + 1] = Math.addExact(starts[i], this.parts[i].size());
        }
    }

    @Override
    public long size() {
        return starts[parts.length];
    }

    @Override
    public void copy(long from, int[] ids, int offset, int length) {
        Objects.checkFromIndexSize(from, length, size());
        int found = Arrays.binarySearch(starts, from);
        int part = found < 0 ? -found - 2 : found;
        for (int done = 0; done < length; part++) {
            long inside = from + done - starts[part];
            int now = (int) Math.min(length - done, parts[part].size() - inside);
            parts[part].copy(inside, ids, offset + done, now);
            done += now;
        }
    }
}
