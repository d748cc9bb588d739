package org.llmsys.training.data;

import org.llmsys.assembly.Problem;

/**
 * How texts become data.
 *
 * @param separator   what stands between documents of a plain text
 * @param field       which field of a JSON line is the document
 * @param cleaning    what is done to a document
 * @param validation  share of the documents that are kept for validation, from 0 to 0.9
 * @param shuffle     whether the documents to learn from come in another order than in the text
 * @param seed        of the split and of the order
 * @param shardTokens most ids in a file, 1 or more
 * @param threads     that tokenize, 1 or more; the result is the same for any number
 */
public record CorpusSettings(DocumentSeparator separator, String field, TextCleaning cleaning, double validation, boolean shuffle, long seed,
        long shardTokens, int threads) {

    /** A file is a document, a tenth is kept for validation, 100 million ids a file. */
    public static final CorpusSettings DEFAULTS = new CorpusSettings(new DocumentSeparator.None(), "text", TextCleaning.DEFAULTS, 0.1, false,
            1337, 100_000_000, 1);

    /** @throws Problem for a value outside its range */
    public CorpusSettings {
        if (!(validation >= 0 && validation <= 0.9) || shardTokens < 1 || threads < 1 || field.isEmpty()) {
            throw Problem.misused("cannot prepare data with these settings", "validation is " + validation + ", shardTokens " + shardTokens
                    + ", threads " + threads + ", field \"" + field + "\"",
                            "give a share from 0 to 0.9, numbers of 1 or more, and the name of a field");
        }
    }

    /** With another separator. */
    public CorpusSettings withSeparator(DocumentSeparator other) {
        return new CorpusSettings(other, field, cleaning, validation, shuffle, seed, shardTokens, threads);
    }

    /** With another share for validation. */
    public CorpusSettings withValidation(double share) {
        return new CorpusSettings(separator, field, cleaning, share, shuffle, seed, shardTokens, threads);
    }

    /** With another order and seed. */
    public CorpusSettings withShuffle(boolean shuffled, long other) {
        return new CorpusSettings(separator, field, cleaning, validation, shuffled, other, shardTokens, threads);
    }

    /** With another size of files. */
    public CorpusSettings withShardTokens(long tokens) {
        return new CorpusSettings(separator, field, cleaning, validation, shuffle, seed, tokens, threads);
    }

    /** With another number of threads. */
    public CorpusSettings withThreads(int number) {
        return new CorpusSettings(separator, field, cleaning, validation, shuffle, seed, shardTokens, number);
    }
}
