package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.Arrays;

/**
 * A run of text as it is cut: normalized, with its spaces written as U+2581, and for each UTF-16 unit where in the original text it came
 * from. Filled once, unit by unit, then only read.
 */
final class SpacedText {

    char[] characters;
    /** For each unit the begin of what it came from; one more entry for the end. */
    int[] origins;
    /** For each unit the end of what it came from; null where that is the begin of the next. */
    int[] ends;
    int length;
    /** Where this run begins in the original text. */
    int base;
    /** Places which no piece may reach over, in order. */
    int[] cuts = {};
    int cutCount;

    SpacedText(int expected, boolean withEnds) {
        characters = new char[expected + 1];
        origins = new int[expected + 2];
        ends = withEnds ? new int[expected + 1] : null;
    }

    /** The text unchanged. */
    static SpacedText asIs(String text) {
        return asIs(text, 0, text.length());
    }

    /** A part of a text, unchanged: the units of a character share its place. */
    static SpacedText asIs(String text, int from, int to) {
        SpacedText copy = new SpacedText(to - from, true);
        copy.base = from;
        for (int at = from; at < to;) {
            int end = at + (Character.isHighSurrogate(text.charAt(at)) ? 2 : 1);
            for (int unit = at; unit < end; unit++) {
                copy.add(text.charAt(unit), at, end);
            }
            at = end;
        }
        return copy;
    }

    /** The units from {@code from} to {@code to} of a text that was not split yet. */
    SpacedText part(int from, int to) {
        SpacedText part = new SpacedText(to - from, true);
        part.base = from == 0 ? base : origins[from];
        for (int at = from; at < to; at++) {
            part.add(characters[at], origins[at], originalEnd(at + 1));
        }
        return part;
    }

    void add(char unit, int origin, int end) {
        if (length == characters.length) {
            characters = Arrays.copyOf(characters, 2 * length);
            origins = Arrays.copyOf(origins, 2 * length + 1);
            ends = ends == null ? null : Arrays.copyOf(ends, 2 * length);
        }
        characters[length] = unit;
        origins[length] = origin;
        if (ends != null) {
            ends[length] = end;
        }
        length++;
    }

    void add(CharSequence text, int origin, int end) {
        for (int i = 0; i < text.length(); i++) {
            add(text.charAt(i), origin, end);
        }
    }

    /** Takes the last unit away again; returns where it came from. */
    int removeLast() {
        return origins[--length];
    }

    /** Where the original text of all units ends; to be told last. */
    void end(int origin) {
        origins[length] = origin;
    }

    void cut(int at) {
        if (cutCount == cuts.length) {
            cuts = Arrays.copyOf(cuts, Math.max(16, 2 * cutCount));
        }
        cuts[cutCount++] = at;
    }

    /** The end, in the original text, of what becomes the units before {@code to}. */
    int originalEnd(int to) {
        return ends == null ? origins[to] : ends[to - 1];
    }

    int characterEnd(int at) {
        return at + (Character.isHighSurrogate(characters[at]) ? 2 : 1);
    }

    int codePoint(int at) {
        char c = characters[at];
        return Character.isHighSurrogate(c) ? Character.toCodePoint(c, characters[at + 1]) : c;
    }

    String text(int from, int to) {
        return new String(characters, from, to - from);
    }
}
