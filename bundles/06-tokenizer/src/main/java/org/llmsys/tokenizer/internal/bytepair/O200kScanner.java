package org.llmsys.tokenizer.internal.bytepair;

import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.LENGTH_SHIFT;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.LETTER;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.LOWER;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.NEWLINE;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.NOT_OTHER;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.NUMBER;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.UPPER;

/**
 * The cut of o200k and Mistral's tekken: words are also cut where lower case turns to upper case ({@code camel|Case}), marks belong to words, and a
 * contraction stays with its word.
 *
 * <pre>
 *   U = [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]    L = [\p{Ll}\p{Lm}\p{Lo}\p{M}]    C = (?i:'s|'t|'re|'ve|'m|'ll|'d)
 *   [^\r\n\p{L}\p{N}]?U*L+C?|[^\r\n\p{L}\p{N}]?U+L*C?|\p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
 * </pre>
 *
 * @param digits       the longest group of digits: 3, for tekken 1
 * @param contractions whether there is a C; tekken has none
 */
record O200kScanner(int digits, boolean contractions) implements PreTokenizer {

    @Override
    public int end(byte[] text, int from, int to) {
        int first = CharacterClass.at(text, from, to);
        int second = from + (first >> LENGTH_SHIFT);
        boolean maybePrefix = (first & (LETTER | NUMBER | NEWLINE)) == 0;
        int word = maybePrefix ? wordEnd(text, second, to, first) : wordEnd(text, from, to, 0);
        if (word >= 0) {
            return contractions ? Contraction.endAnyCase(text, word, to) : word;
        }
        if ((first & NUMBER) != 0) {
            return Cl100kScanner.numberEnd(text, from, to, digits);
        }
        boolean blankBefore = text[from] == ' ' && second < to && (CharacterClass.at(text, second, to) & NOT_OTHER) == 0;
        if ((first & NOT_OTHER) == 0 || blankBefore) {
            int at = CharacterClass.runOfOther(text, second, to);
            while (at < to && (text[at] == '\r' || text[at] == '\n' || text[at] == '/')) {
                at++;
            }
            return at;
        }
        return WhiteSpace.endWithLines(text, from, to, false);
    }

    /**
     * The first alternative that matches of {@code U*L+} at {@code from}, {@code U*L+} one character earlier when that character is
     * a mark, and {@code U+L*} at {@code from}; -1 when none does.
     *
     * @param before class of the sign before {@code from} that the word would take along, 0 when there is none
     */
    private static int wordEnd(byte[] text, int from, int to, int before) {
        int at = from;
        int afterBoth = -1;
        while (at < to) {
            int next = CharacterClass.at(text, at, to);
            if ((next & UPPER) == 0) {
                break;
            }
            at += next >> LENGTH_SHIFT;
            if ((next & LOWER) != 0) {
                afterBoth = at;
            }
        }
        int lower = CharacterClass.runOf(LOWER, text, at, to);
        if (lower > at) {
            return lower;
        }
        if (afterBoth >= 0) {
            // L+ must have one character: U* gives back as far as the last that is both
            return afterBoth;
        }
        if ((before & LOWER) != 0) {
            return from;
        }
        return at > from ? at : -1;
    }
}
