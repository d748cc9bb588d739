package org.llmsys.assembly;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Answers "did you mean" for mistyped names. */
public final class Names {

    private Names() {
    }

    /** The known name nearest to what was typed, if it is near enough to be a slip of the fingers. */
    public static Optional<String> nearest(String typed, Collection<String> known) {
        int tolerance = Math.max(1, typed.length() / 3);
        return known.stream()
                .filter(name -> distance(typed, name) <= tolerance || !typed.isEmpty() && name.startsWith(typed))
                .min(Comparator.<String>comparingInt(name -> distance(typed, name)).thenComparing(Comparator.naturalOrder()));
    }

    /** Says "did you mean x?" or lists what there is. */
    public static String suggestion(String typed, Collection<String> known) {
        return nearest(typed, known).map(name -> "did you mean " + name + "?")
                .orElseGet(() -> "use one of: " + String.join(", ", known.stream().sorted().toList()));
    }

    /** Levenshtein's edit distance, by rows. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
