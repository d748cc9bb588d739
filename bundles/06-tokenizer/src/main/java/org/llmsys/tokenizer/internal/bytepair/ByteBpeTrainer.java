package org.llmsys.tokenizer.internal.bytepair;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.llmsys.tokenizer.internal.bytepair.BytePairModel.Rule;

/**
 * Learns merges: again and again the most frequent pair of neighbours becomes a token.
 *
 * <pre>
 *   pieces with counts:  h u g ×10   p u g ×5   p u n ×12   b u n ×4   h u g s ×5
 *   most frequent pair:  u g (20)  --&gt;  h ug ×10   p ug ×5   p u n ×12   b u n ×4   h ug s ×5
 *   then                 u n (16), h ug (15), …
 * </pre>
 *
 * <p>Each distinct piece is kept once. A merge visits only the pieces that hold the pair, and corrects the counts of the pairs beside
 * it; nothing is counted anew. Deterministic: see {@link PairCounts} for ties.
 *
 * @see <a href="https://aclanthology.org/P16-1162/">Sennrich, Haddow, Birch 2016</a>
 */
final class ByteBpeTrainer {

    private static final int BYTES = 256;
    private static final int REPORT_EVERY = 64;
    private static final int CHECK_EVERY = 1 << 14;

    private final List<byte[]> vocabulary = new ArrayList<>();
    /** The tokens in {@link ByteAlphabet}, to find one that two different merges make. */
    private final Map<String, Integer> ids = new HashMap<>();
    private final List<Rule> rules = new ArrayList<>();
    private final PairCounts pairs = new PairCounts();
    private final IntList grown = new IntList(64);

    private final PieceCounts pieces = new PieceCounts();
    /** The tokens of all pieces, one after the other; piece p has {@code lengths[p]} of them from {@code starts[p]}. */
    private int[] symbols;
    private int[] starts;
    private int[] lengths;

    private ByteBpeTrainer() {
    }

    /**
     * @param merged     how many tokens beyond the 256 bytes are wanted at most
     * @param frequency  pairs that occur less often are not merged
     * @return a vocabulary of the 256 bytes in GPT-2's order, and the tokens learned
     */
    static BytePairModel train(List<byte[]> documents, PreTokenizer cut, int merged, int frequency, Job job) {
        ByteBpeTrainer trainer = new ByteBpeTrainer();
        job.say("counting pieces");
        documents.forEach(document -> trainer.count(document, cut, job));
        job.say("counting pairs");
        trainer.countPairs(job);
        job.total(merged);
        job.say("merging");
        trainer.merge(merged, frequency, job);
        return BytePairModel.ofRules(trainer.vocabulary, trainer.rules, false);
    }

    private void count(byte[] text, PreTokenizer cut, Job job) {
        int checked = 0;
        job.checkpoint();
        for (int at = 0; at < text.length;) {
            int end = cut.end(text, at, text.length);
            pieces.add(text, at, end);
            at = end;
            if (at - checked > 1 << 20) {
                checked = at;
                job.checkpoint();
            }
        }
    }

    private void countPairs(Job job) {
        int[] byteIds = alphabet();
        starts = new int[pieces.size()];
        lengths = new int[pieces.size()];
        symbols = new int[IntStream.range(0, pieces.size()).map(pieces::length).sum()];
        int next = 0;
        for (int piece = 0; piece < starts.length; piece++) {
            if (piece % CHECK_EVERY == 0) {
                job.checkpoint();
            }
            starts[piece] = next;
            lengths[piece] = pieces.length(piece);
            for (int i = 0; i < lengths[piece]; i++) {
                symbols[next++] = byteIds[pieces.at(piece, i) & 0xFF];
                if (i > 0) {
                    pairs.change(symbols[next - 2], symbols[next - 1], pieces.count(piece), piece);
                }
            }
        }
        pairs.queueAll();
    }

    /** The bytes in the order of the characters they are written with, as GPT-2 numbers them. */
    private int[] alphabet() {
        int[] byteIds = new int[BYTES];
        List<String> written = IntStream.range(0, BYTES).mapToObj(b -> ByteAlphabet.write(new byte[] {(byte) b})).sorted().toList();
        for (String character : written) {
            byte[] token = ByteAlphabet.read(character);
            byteIds[token[0] & 0xFF] = add(token);
        }
        return byteIds;
    }

    private int add(byte[] token) {
        Integer known = ids.putIfAbsent(ByteAlphabet.write(token), vocabulary.size());
        if (known != null) {
            return known;
        }
        vocabulary.add(token);
        return vocabulary.size() - 1;
    }

    private void merge(int merged, int frequency, Job job) {
        while (vocabulary.size() < BYTES + merged) {
            int pair = pairs.mostFrequent();
            if (pair < 0 || pairs.count(pair) < frequency) {
                break;
            }
            byte[] left = vocabulary.get(pairs.left(pair));
            byte[] right = vocabulary.get(pairs.right(pair));
            if (left.length + right.length > RankFile.LONGEST_TOKEN) {
                // a run that long is no word; the pair is left alone
                pairs.clear(pair);
                continue;
            }
            int id = add(BpeType.joined(left, right));
            rules.add(new Rule(pairs.left(pair), pairs.right(pair), id, pairs.count(pair)));
            mergeEverywhere(pair, id);
            if (rules.size() % REPORT_EVERY == 0) {
                job.advance(vocabulary.size() - BYTES);
            }
        }
        job.advance(vocabulary.size() - BYTES);
    }

    private void mergeEverywhere(int pair, int id) {
        IntList where = pairs.pieces(pair);
        for (int i = 0; i < where.size(); i++) {
            mergeIn(where.get(i), pairs.left(pair), pairs.right(pair), id);
        }
        pairs.clear(pair);
        for (int i = 0; i < grown.size(); i++) {
            pairs.queue(grown.get(i));
        }
        grown.clear();
    }

    /** Merges every occurrence in one piece, from left to right, in place. */
    private void mergeIn(int piece, int left, int right, int id) {
        int start = starts[piece];
        int end = start + lengths[piece];
        int times = pieces.count(piece);
        int out = start;
        for (int in = start; in < end;) {
            if (symbols[in] != left || in + 1 == end || symbols[in + 1] != right) {
                symbols[out++] = symbols[in++];
                continue;
            }
            in += 2;
            if (out > start) {
                pairs.change(symbols[out - 1], left, -times, piece);
                grow(symbols[out - 1], id, times, piece);
            }
            if (in < end) {
                pairs.change(right, symbols[in], -times, piece);
                grow(id, symbols[in], times, piece);
            }
            symbols[out++] = id;
        }
        lengths[piece] = out - start;
    }

    /** Notes the pair to be queued once, at the end of the merge. */
    private void grow(int left, int right, int times, int piece) {
        int pair = pairs.change(left, right, times, piece);
        if (pairs.note(pair, rules.size())) {
            grown.add(pair);
        }
    }

    /** @throws Problem when the settings ask for less than the bytes */
    static int mergedOf(TrainingSettings settings, int others) {
        if (settings.vocabSize() != 0 && settings.vocabSize() < BYTES + others || settings.minFrequency() < 1) {
            throw Problem.misused("cannot learn a vocabulary of " + settings.vocabSize() + " with minimum frequency " + settings.minFrequency(),
                    "the 256 bytes" + (others > 0 ? " and " + others + " special token" : "") + " are always in it, and the frequency is 1 or more",
                    "give a size of " + (BYTES + others) + " or more, or 0 for as many as the text has");
        }
        return settings.vocabSize() == 0 ? RankFile.MOST_TOKENS - BYTES - others : settings.vocabSize() - BYTES - others;
    }
}
