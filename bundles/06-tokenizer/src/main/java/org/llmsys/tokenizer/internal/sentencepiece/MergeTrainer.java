package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Job;
import org.llmsys.tokenizer.MergeHistory.Merge;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;

/**
 * Byte-pair encoding over characters: the pair of neighbours that occurs most often becomes a piece, again and again; of equally frequent
 * pairs the one that came up first. The n-th piece has the score -n; the characters come last.
 *
 * <p>Each pair knows its count and the words it stands in. A merge visits only those words and corrects the counts of the pairs beside it;
 * a heap has the most frequent pair first, its old entries are corrected when they come up.
 *
 * @see <a href="https://arxiv.org/abs/1508.07909">Sennrich et al., Neural Machine Translation of Rare Words with Subword Units</a>
 */
final class MergeTrainer {

    private static final int PAIR_BITS = 28;
    private static final long MOST_COUNT = (1L << 63 - PAIR_BITS) - 1;
    private static final int REPORT_EVERY = 64;

    private final TrainingWords words;
    private final Job job;
    private final List<String> symbols = new ArrayList<>();
    private final Map<String, Integer> symbolOf = new HashMap<>();
    /** The symbols of each word. */
    private final int[][] split;

    private final LongTable pairs = new LongTable(1 << 12);
    private long[] keys = new long[1 << 12];
    private long[] counts = new long[1 << 12];
    /** For each pair the words it stands in or stood in, and how many. */
    private int[][] places = new int[1 << 12][];
    private int[] placeCounts = new int[1 << 12];
    private final LongHeap heap = new LongHeap();
    private final List<Integer> grown = new ArrayList<>();
    private final List<Merge> history = new ArrayList<>();

    /** What was learned. */
    record Learned(Pieces pieces, List<Merge> history) {
    }

    private MergeTrainer(TrainingWords words, Job job) {
        this.words = words;
        this.job = job;
        this.split = new int[words.words().size()][];
        for (int word = 0; word < split.length; word++) {
            split[word] = words.words().get(word).codePoints().map(c -> symbol(Character.toString(c))).toArray();
            for (int i = 1; i < split[word].length; i++) {
                change(split[word][i - 1], split[word][i], words.counts()[word], word);
            }
        }
    }

    /** @param settings pairs that occur less often than its minimum frequency, or once, are not merged */
    static Learned train(TrainingWords words, TrainingSettings settings, Job job) {
        MergeTrainer trainer = new MergeTrainer(words, job);
        trainer.merge(words.wanted(settings), Math.max(2, settings.minFrequency()));
        List<Pieces.Piece> pieces = TrainingWords.fixed();
        for (Merge merge : trainer.history) {
            pieces.add(new Pieces.Piece(merge.token(), TrainingWords.FIXED - pieces.size(), PieceType.NORMAL));
        }
        words.characters().forEach(c -> pieces.add(new Pieces.Piece(c, TrainingWords.FIXED - pieces.size(), PieceType.NORMAL)));
        return new Learned(new Pieces(pieces), trainer.history);
    }

    private int symbol(String text) {
        Integer known = symbolOf.putIfAbsent(text, symbols.size());
        if (known == null) {
            symbols.add(text);
        }
        return known == null ? symbols.size() - 1 : known;
    }

    private void merge(int most, int frequency) {
        job.total(most);
        job.say("merging");
        queueGrown(frequency);
        while (history.size() < most && !heap.isEmpty()) {
            long entry = heap.removeFirst();
            int pair = (int) (entry & (1 << PAIR_BITS) - 1);
            long count = MOST_COUNT - (entry >>> PAIR_BITS);
            if (counts[pair] != count) {
                if (counts[pair] < count && counts[pair] >= frequency) {
                    queue(pair);
                }
                continue;
            }
            String left = symbols.get((int) (keys[pair] >>> 32));
            String right = symbols.get((int) keys[pair]);
            String text = left + right;
            if (text.codePointCount(0, text.length()) > TrainingWords.LONGEST_PIECE || TrainingWords.isFixed(text)) {
                counts[pair] = 0;
                continue;
            }
            int known = symbols.size();
            int merged = symbol(text);
            if (merged == known) {
                history.add(new Merge(TrainingWords.FIXED + history.size(), left, right, text, count));
            }
            mergeEverywhere(pair, merged);
            queueGrown(frequency);
            if (history.size() % REPORT_EVERY == 0) {
                job.advance(history.size());
            }
        }
        job.advance(history.size());
    }

    private void mergeEverywhere(int pair, int merged) {
        int left = (int) (keys[pair] >>> 32);
        int right = (int) keys[pair];
        int[] where = places[pair];
        int number = placeCounts[pair];
        places[pair] = null;
        placeCounts[pair] = 0;
        counts[pair] = 0;
        for (int i = 0; i < number; i++) {
            mergeIn(where[i], left, right, merged);
        }
        counts[pair] = 0;
    }

    /** Merges every occurrence in one word, from left to right. */
    private void mergeIn(int word, int left, int right, int merged) {
        int[] in = split[word];
        int times = words.counts()[word];
        int out = 0;
        for (int at = 0; at < in.length;) {
            if (in[at] != left || at + 1 == in.length || in[at + 1] != right) {
                in[out++] = in[at++];
                continue;
            }
            at += 2;
            if (out > 0) {
                change(in[out - 1], left, -times, word);
                change(in[out - 1], merged, times, word);
            }
            if (at < in.length) {
                change(right, in[at], -times, word);
                change(merged, in[at], times, word);
            }
            in[out++] = merged;
        }
        if (out < in.length) {
            split[word] = Arrays.copyOf(in, out);
        }
    }

    private void change(int left, int right, long times, int word) {
        long key = PieceMerges.pair(left, right);
        int pair = (int) pairs.get(key);
        if (pair < 0) {
            pair = newPair(key);
        }
        counts[pair] += times;
        if (times > 0) {
            int number = placeCounts[pair];
            int[] list = places[pair] == null ? new int[2] : number == places[pair].length ? Arrays.copyOf(places[pair], 2 * number) : places[pair];
            places[pair] = list;
            if (number == 0 || list[number - 1] != word) {
                list[placeCounts[pair]++] = word;
            }
            grown.add(pair);
        }
    }

    private int newPair(long key) {
        int pair = pairs.size();
        if (pair == keys.length) {
            keys = Arrays.copyOf(keys, 2 * pair);
            counts = Arrays.copyOf(counts, 2 * pair);
            places = Arrays.copyOf(places, 2 * pair);
            placeCounts = Arrays.copyOf(placeCounts, 2 * pair);
        }
        keys[pair] = key;
        pairs.put(key, pair);
        return pair;
    }

    /** Queues each pair that grew, once: in the order of the pairs, equal entries side by side. */
    private void queueGrown(int frequency) {
        int[] sorted = grown.stream().mapToInt(Integer::intValue).sorted().distinct().toArray();
        for (int pair : sorted) {
            if (counts[pair] >= frequency) {
                queue(pair);
            }
        }
        grown.clear();
    }

    private void queue(int pair) {
        heap.add(MOST_COUNT - counts[pair] << PAIR_BITS | pair);
    }
}
