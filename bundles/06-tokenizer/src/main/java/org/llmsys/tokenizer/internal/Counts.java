package org.llmsys.tokenizer.internal;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;

/** Counts what occurs in a text and keeps the most frequent. */
public final class Counts {

    /** Unicode order; {@code String.compareTo} would put characters beyond U+FFFF in the wrong place. */
    public static final Comparator<String> BY_CODE_POINT = (a, b) -> java.util.Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray());

    private static final int BLOCK = 1 << 16;

    private final Map<String, long[]> counts = new HashMap<>();
    private final int minFrequency;

    /** @throws Problem for settings out of range */
    public Counts(TrainingSettings settings) {
        if (settings.vocabSize() < 0 || settings.minFrequency() < 1) {
            throw Problem.misused("cannot learn a vocabulary of " + settings.vocabSize() + " with minimum frequency " + settings.minFrequency(),
                    "the size is 0 or more and the frequency 1 or more", "give values in range");
        }
        this.minFrequency = settings.minFrequency();
    }

    /** Distinct items, the most frequent first, equals in Unicode order; at most {@code vocabSize} of them when that is not 0. */
    public static List<String> of(Stream<String> items, TrainingSettings settings) {
        Counts counts = new Counts(settings);
        items.forEach(counts::add);
        return counts.mostFrequent(settings.vocabSize());
    }

    /** Goes through a text in blocks that end where a line ends, and tells the job after each how many characters are done. */
    public static void eachBlock(String text, Job job, Words.Visitor visitor) {
        job.total(text.length());
        for (int from = 0, to; from < text.length(); from = to) {
            int end = text.indexOf('\n', Math.min(text.length(), from + BLOCK));
            to = end < 0 ? text.length() : end + 1;
            visitor.word(from, to);
            job.advance(to);
        }
    }

    public void add(String item) {
        counts.computeIfAbsent(item, unseen -> new long[1])[0]++;
    }

    public void remove(String item) {
        counts.remove(item);
    }

    public boolean isEmpty() {
        return counts.isEmpty();
    }

    /** What occurs often enough, the most frequent first, equals in Unicode order; at most {@code most} when that is not 0. */
    public List<String> mostFrequent(int most) {
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue()[0] >= minFrequency)
                .sorted(Comparator.comparingLong((Map.Entry<String, long[]> entry) -> -entry.getValue()[0])
                        .thenComparing(Map.Entry.comparingByKey(BY_CODE_POINT)))
                .limit(most == 0 ? Long.MAX_VALUE : most)
                .map(Map.Entry::getKey).toList();
    }
}
