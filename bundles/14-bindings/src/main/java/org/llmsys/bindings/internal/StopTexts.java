package org.llmsys.bindings.internal;

import java.util.List;

/**
 * Cuts a text that comes in pieces before the first stop text in it. The end of what has come, where it could be the beginning of a stop text, waits.
 * For one sequence and one thread.
 */
final class StopTexts {

    private final List<String> stops;
    private final StringBuilder waiting = new StringBuilder();
    private boolean found;

    StopTexts(List<String> stops) {
        this.stops = stops;
    }

    /** Whether one has come; nothing is shown after it. */
    boolean found() {
        return found;
    }

    /** What may be shown now. */
    String next(String piece) {
        if (found) {
            return "";
        }
        waiting.append(piece);
        int cut = stops.stream().mapToInt(waiting::indexOf).filter(at -> at >= 0).min().orElse(-1);
        found = cut >= 0;
        int shown = found ? cut : firstPossibleBeginning();
        String text = waiting.substring(0, shown);
        waiting.delete(0, found ? waiting.length() : shown);
        return text;
    }

    /** What waited, when nothing more comes. */
    String rest() {
        String rest = waiting.toString();
        waiting.setLength(0);
        return rest;
    }

    /** The first place from which the text could go on to be a stop text; its length where there is none. */
    private int firstPossibleBeginning() {
        int longest = stops.stream().mapToInt(String::length).max().orElse(0);
        for (int from = Math.max(0, waiting.length() - longest + 1); from < waiting.length(); from++) {
            String end = waiting.substring(from);
            if (stops.stream().anyMatch(stop -> stop.startsWith(end))) {
                return from;
            }
        }
        return waiting.length();
    }
}
