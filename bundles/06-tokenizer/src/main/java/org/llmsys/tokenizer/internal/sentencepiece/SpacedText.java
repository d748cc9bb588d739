package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.Arrays;

import org.llmsys.assembly.Problem;

/** A run of text with its spaces written as U+2581, and for each character where it came from. */
final class SpacedText {

    final char[] characters;
    /** For each character its first UTF-16 unit in the text; one more entry for the end. */
    final int[] origins;
    final int length;

    private SpacedText(char[] characters, int[] origins, int length) {
        this.characters = characters;
        this.origins = origins;
        this.length = length;
    }

    /**
     * @param first whether the text begins with this run
     * @throws Problem for half a character (a surrogate alone), which no UTF-8 can express
     */
    static SpacedText of(String text, int from, int to, Spacing spacing, boolean first) {
        char[] characters = new char[to - from + 1];
        int[] origins = new int[to - from + 2];
        int length = 0;
        int start = from;
        while (spacing.removeExtra() && start < to && text.charAt(start) == ' ') {
            start++;
        }
        boolean prefix = spacing.prefix() == Spacing.Prefix.EVERY || spacing.prefix() == Spacing.Prefix.FIRST && first;
        boolean there = start < to && (text.charAt(start) == ' ' || text.charAt(start) == Pieces.SPACE);
        if (start < to && prefix && !(spacing.unlessThere() && there)) {
            origins[length] = start;
            characters[length++] = Pieces.SPACE;
        }
        for (int at = start; at < to; at++) {
            char c = text.charAt(at);
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c) || at + 1 == to || !Character.isLowSurrogate(text.charAt(at + 1))) {
                    throw Problem.failed("cannot encode the text", String.format("it holds half a character (U+%04X) at %d", (int) c, at),
                            "give whole Unicode text");
                }
                origins[length] = at++;
                characters[length++] = c;
                c = text.charAt(at);
            }
            boolean space = c == ' ';
            if (space && spacing.removeExtra() && (at + 1 == to || text.charAt(at + 1) == ' ')) {
                continue;
            }
            origins[length] = at;
            characters[length++] = space ? Pieces.SPACE : c;
        }
        origins[length] = to;
        return new SpacedText(characters, origins, length);
    }

    int characterEnd(int at) {
        return at + (Character.isHighSurrogate(characters[at]) ? 2 : 1);
    }

    int codePoint(int at) {
        return Character.codePointAt(characters, at, length);
    }

    String text(int from, int to) {
        return new String(Arrays.copyOfRange(characters, from, to));
    }
}
