package org.llmsys.training.data;

import java.util.PrimitiveIterator;
import java.util.stream.LongStream;

/** The ids of a part's documents, one document after another. For one thread. */
final class DocumentCursor implements TokenShard.Ids {

    private final TokenSource ids;
    private final DocumentEnds ends;
    private final PrimitiveIterator.OfLong documents;
    private long at;
    private long end;

    DocumentCursor(TokenSource ids, DocumentEnds ends, LongStream documents) {
        this.ids = ids;
        this.ends = ends;
        this.documents = documents.iterator();
    }

    @Override
    public void next(int[] into, int length) {
        for (int done = 0; done < length;) {
            if (at == end) {
                long document = documents.nextLong();
                at = ends.start(document);
                end = ends.end(document);
            }
            int now = (int) Math.min(length - done, end - at);
            ids.copy(at, into, done, now);
            at += now;
            done += now;
        }
    }
}
