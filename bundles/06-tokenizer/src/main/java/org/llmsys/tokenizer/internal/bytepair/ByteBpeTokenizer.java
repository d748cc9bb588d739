package org.llmsys.tokenizer.internal.bytepair;

import java.lang.ref.SoftReference;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

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

    /** What the last call merged in: megabytes after a very long piece, which the garbage collector takes back when memory is short. */
    private final AtomicReference<SoftReference<Merger>> spare = new AtomicReference<>();

    ByteBpeTokenizer(BytePairModel model, TextSettings settings, List<AddedToken> added) {
        super(model, settings, added);
    }

    @Override
    public String type() {
        return TYPE;
    }

    /** The memory for merging is lent to one call at a time; who finds it lent makes another. */
    @Override
    RunEncoder encoder() {
        SoftReference<Merger> last = spare.getAndSet(null);
        Merger kept = last == null ? null : last.get();
        return new Encoder(kept == null ? model().merger() : kept);
    }

    private final class Encoder implements RunEncoder {

        private final Merger merger;
        private final PreTokenizer cut = settings().cut().scanner();
        private boolean clean = true;

        Encoder(Merger merger) {
            this.merger = merger;
        }

        @Override
        public void encode(byte[] run, IntList ids) {
            clean = false;
            model().encode(cut, run, run.length, merger, ids);
            clean = true;
        }

        /** Memory that a failure left in disorder is given up. */
        @Override
        public void close() {
            if (clean) {
                spare.set(new SoftReference<>(merger));
            }
        }
    }
}
