package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.llmsys.assembly.Job;

/**
 * The parts of words that occur again: what a unigram vocabulary is chosen from.
 *
 * <p>All ends of all words are sorted; those that begin alike then stand side by side. Of each group with a common beginning of n characters
 * the beginning is one seed, n the length of what all of them share, so a part that always stands in the same longer part is left out.
 *
 * @see <a href="https://arxiv.org/abs/1804.10959">Kudo, Subword Regularization, section 3.2</a>
 */
final class SeedPieces {

    private final char[] text;
    /** For each place of the text the number of its word; words are ended by a 0 character. */
    private final int[] wordAt;
    private final int[] counts;
    private final Job job;

    /** @param weight occurrences times characters */
    record Seed(String text, long weight) {
    }

    private SeedPieces(TrainingWords words, Job job) {
        StringBuilder all = new StringBuilder();
        words.words().forEach(word -> all.append(word).append('\0'));
        this.text = all.toString().toCharArray();
        this.wordAt = new int[text.length];
        for (int at = 1; at < text.length; at++) {
            wordAt[at] = wordAt[at - 1] + (text[at - 1] == 0 ? 1 : 0);
        }
        this.counts = words.counts();
        this.job = job;
    }

    /** The heaviest, each of 2 to {@link TrainingWords#LONGEST_PIECE} units and with at least {@code frequency} occurrences. */
    static List<Seed> of(TrainingWords words, int frequency, int most, Job job) {
        // a 0 character inside a word would end it early; such words give no seeds
        SeedPieces seeds = new SeedPieces(words, job);
        return seeds.heaviest(frequency, most, words.words().stream().anyMatch(word -> word.indexOf(0) >= 0));
    }

    private List<Seed> heaviest(int frequency, int most, boolean zeros) {
        if (zeros) {
            return List.of();
        }
        int n = 0;
        int[] ends = new int[text.length];
        for (int at = 0; at < text.length; at++) {
            if (text[at] != 0 && !Character.isLowSurrogate(text[at])) {
                ends[n++] = at;
            }
        }
        sort(ends, 0, n, 0);
        List<Seed> found = new ArrayList<>();
        int[] starts = new int[TrainingWords.LONGEST_PIECE + 1];
        long[] before = new long[n + 1];
        int open = 0;
        for (int i = 0; i < n; i++) {
            before[i + 1] = before[i] + counts[wordAt[ends[i]]];
            int shared = i + 1 < n ? shared(ends[i], ends[i + 1]) : 0;
            // an end that no other begins like is a group of its own, as often as its word
            int alone = shared(ends[i], ends[i]);
            if (alone >= 2 && alone > Math.max(open, shared) && counts[wordAt[ends[i]]] >= frequency) {
                add(ends[i], alone, counts[wordAt[ends[i]]], found);
            }
            // groups with a longer common beginning end here
            for (int length = open; length > shared; length--) {
                boolean maximal = length == open || starts[length] != starts[length + 1];
                long times = before[i + 1] - before[starts[length]];
                if (length >= 2 && maximal && times >= frequency) {
                    add(ends[i], length, times, found);
                }
            }
            for (int length = open + 1; length <= shared; length++) {
                starts[length] = i;
            }
            open = shared;
            if ((i & 0xFFFF) == 0) {
                job.checkpoint();
            }
        }
        found.sort(Comparator.comparingLong(Seed::weight).reversed().thenComparing(Seed::text));
        return found.size() > most ? List.copyOf(found.subList(0, most)) : found;
    }

    private void add(int at, int length, long times, List<Seed> found) {
        if (!Character.isHighSurrogate(text[at + length - 1])) {
            String seed = new String(text, at, length);
            int characters = seed.codePointCount(0, length);
            if (characters > 1 && !TrainingWords.isFixed(seed)) {
                found.add(new Seed(seed, times * characters));
            }
        }
    }

    private int shared(int a, int b) {
        int length = 0;
        while (length < TrainingWords.LONGEST_PIECE && text[a + length] != 0 && text[a + length] == text[b + length]) {
            length++;
        }
        return length;
    }

    /** Three-way radix quicksort by the units from {@code depth} on; beginnings of {@link TrainingWords#LONGEST_PIECE} that are equal keep any order. */
    private void sort(int[] ends, int from, int to, int depth) {
        int low = from;
        int high = to;
        int at = depth;
        while (high - low > 1 && at < TrainingWords.LONGEST_PIECE) {
            char pivot = median(unit(ends[low], at), unit(ends[low + high >>> 1], at), unit(ends[high - 1], at));
            int less = low;
            int more = high;
            for (int i = low; i < more;) {
                char c = unit(ends[i], at);
                int other = c < pivot ? less++ : c > pivot ? --more : i;
                int swapped = ends[i];
                ends[i] = ends[other];
                ends[other] = swapped;
                if (c <= pivot) {
                    i++;
                }
            }
            sort(ends, low, less, at);
            sort(ends, more, high, at);
            low = less;
            high = pivot == 0 ? less : more;
            at++;
        }
    }

    private char unit(int at, int depth) {
        return text[at + depth];
    }

    private static char median(char a, char b, char c) {
        return (char) Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }
}
