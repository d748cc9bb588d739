package org.llmsys.tokenizer.internal;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;

/** Counts what occurs in a text and keeps the most frequent. */
public final class Counts {

    /** Unicode order; {@code String.compareTo} would put characters beyond U+FFFF in the wrong place. */
    public static final Comparator<String> BY_CODE_POINT = (a, b) -> java.util.Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray());

    private Counts() {
    }

    /** Distinct items, the most frequent first, equals in Unicode order; at most {@code vocabSize} of them when that is not 0. */
    public static List<String> of(Stream<String> items, TrainingSettings settings) {
        if (settings.vocabSize() < 0 || settings.minFrequency() < 1) {
            throw Problem.misused("cannot learn a vocabulary of " + settings.vocabSize() + " with minimum frequency " + settings.minFrequency(),
                    "the size is 0 or more and the frequency 1 or more", "give values in range");
        }
        Map<String, Integer> counts = new HashMap<>();
        items.forEach(item -> counts.merge(item, 1, Integer::sum));
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() >= settings.minFrequency())
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey(BY_CODE_POINT)))
                .limit(settings.vocabSize() == 0 ? Long.MAX_VALUE : settings.vocabSize())
                .map(Map.Entry::getKey).toList();
    }
}
