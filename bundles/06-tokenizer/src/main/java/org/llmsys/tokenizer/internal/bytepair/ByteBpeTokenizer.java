package org.llmsys.tokenizer.internal.bytepair;

import java.util.List;

/**
 * Byte-pair encoding as GPT-2 and its successors use it.
 *
 * <pre>
 *   text --special tokens--&gt; runs --UTF-8--&gt; bytes --cut--&gt; pieces --merges, lowest rank first--&gt; tokens
 * </pre>
 *
 * <p>All 256 bytes are tokens, so nothing is unknown: {@code decodeBytes(encodeBytes(b)) = b}. A piece that is a token is found by one
 * look-up; the others are merged by {@link Merger}. Time is linear in the text but for a logarithm of the longest piece.
 *
 * @see <a href="https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf">Radford et al. 2019</a>
 */
final class ByteBpeTokenizer extends BytePairTokenizer {

    static final String TYPE = "byte-bpe";

    ByteBpeTokenizer(BytePairModel model, TextSettings settings, List<AddedToken> added) {
        super(model, settings, added);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    RunEncoder encoder() {
        PreTokenizer cut = settings().cut().scanner();
        Merger merger = model().merger();
        return (run, ids) -> model().encode(cut, run, run.length, merger, ids);
    }
}
