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

    /** Edit distance: letters inserted, left out, changed, or two neighbours swapped (Damerau 1964; "optimal string alignment"). */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            d[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            d[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int change = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(change, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
                boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
