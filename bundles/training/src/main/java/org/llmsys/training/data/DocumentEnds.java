package org.llmsys.training.data;

/**
 * Where the documents of a row of ids end: document d has the ids from {@code end(d - 1)} up to {@code end(d)}, its separator among them.
 * Ascending; the first one begins at 0.
 */
public interface DocumentEnds {

    /** Number of documents, D. */
    long count();

    /** The place behind the last id of a document. */
    long end(long document);

    /** The place of the first id of a document. */
    default long start(long document) {
        return document == 0 ? 0 : end(document - 1);
    }

    /** Documents that end here. */
    static DocumentEnds of(long... ends) {
        long[] own = ends.clone();
        return new DocumentEnds() {
            @Override
            public long count() {
                return own.length;
            }

            @Override
            public long end(long document) {
                return own[Math.toIntExact(document)];
            }
        };
    }
}
