package org.llmsys.inference.internal;

import java.util.List;

/**
 * Cuts a text that arrives in pieces before the first of some stop texts. What may be the beginning of one is held back until it is
 * clear, so nothing of a stop text is ever shown. For one sequence and one thread.
 */
final class StopTexts {

    private final List<String> stops;
    private String held = "";
    private boolean found;

    StopTexts(List<String> stops) {
        this.stops = stops;
    }

    /** Whether a stop text has come. */
    boolean found() {
        return found;
    }

    /** The text that may be shown now that this piece has come. */
    String next(String piece) {
        String text = held + piece;
        int cut = first(text);
        if (cut >= 0) {
            found = true;
            held = "";
            return text.substring(0, cut);
        }
        int clear = text.length() - longestBeginning(text);
        held = text.substring(clear);
        return text.substring(0, clear);
    }

    /** What was held back, when no more text comes. */
    String rest() {
        String rest = held;
        held = "";
        return rest;
    }

    /** Where the first stop text starts, or -1. */
    private int first(String text) {
        int first = -1;
        for (String stop : stops) {
            int at = text.indexOf(stop);
            if (at >= 0 && (first < 0 || at < first)) {
                first = at;
            }
        }
        return first;
    }

    /** Length of the longest end of the text that some stop text begins with. */
    private int longestBeginning(String text) {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, text.length()); length > longest; length--) {
                if (text.endsWith(stop.substring(0, length))) {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
