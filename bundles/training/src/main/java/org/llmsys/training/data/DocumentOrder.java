package org.llmsys.training.data;

/**
 * Which documents belong to a part of the data, and in which order; a function of the seed, computed and not stored.
 *
 * <pre>
 *   document d is for validation  when  Shuffle(D, seed).at(d) &lt; K,   K = share * D rounded, from 1 to D - 1
 *   place i of the order          has   document Shuffle(D, seed + 1).at(i), or i
 * </pre>
 *
 * @param documents  D
 * @param validation K
 * @param shuffle    whether documents to learn from come in another order than in the text
 */
record DocumentOrder(long documents, long validation, boolean shuffle, long seed) {

    static DocumentOrder of(long documents, CorpusSettings settings) {
        long kept = settings.validation() == 0 || documents < 2 ? 0 : Math.clamp(Math.round(settings.validation() * documents), 1, documents - 1);
        return new DocumentOrder(documents, kept, settings.shuffle(), settings.seed());
    }

    /** The document at this place of the order of all, or -1 when it is not of this part. */
    long at(long place, boolean forValidation) {
        long document = shuffle && !forValidation ? new Shuffle(documents, seed + 1).at(place) : place;
        boolean isValidation = validation > 0 && new Shuffle(documents, seed).at(document) < validation;
        return isValidation == forValidation ? document : -1;
    }
}
