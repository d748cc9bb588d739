package org.llmsys.tokenizer.internal.bytepair;

import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.LENGTH_SHIFT;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.LETTER;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.NEWLINE;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.NOT_OTHER;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.NUMBER;

/**
 * The cut of cl100k, Llama 3 and Qwen 2: contractions in any case, a word with any one sign before it, short groups of digits,
 * punctuation with the line ends after it.
 *
 * <pre>
 *   (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 * </pre>
 *
 * @param digits     the longest group of digits: 3, for Qwen 2 1
 * @param wholeAtEnd cl100k only: {@code \s+$} comes before {@code \s*[\r\n]+}
 */
record Cl100kScanner(int digits, boolean wholeAtEnd) implements PreTokenizer {

    @Override
    public int end(byte[] text, int from, int to) {
        int contraction = Contraction.endAnyCase(text, from, to);
        if (contraction > from) {
            return contraction;
        }
        int first = CharacterClass.at(text, from, to);
        int second = from + (first >> LENGTH_SHIFT);
        if ((first & LETTER) != 0) {
            return CharacterClass.runOf(LETTER, text, second, to);
        }
        if ((first & NUMBER) != 0) {
            return numberEnd(text, from, to, digits);
        }
        int next = second < to ? CharacterClass.at(text, second, to) : 0;
        if ((first & NEWLINE) == 0 && (next & LETTER) != 0) {
            return CharacterClass.runOf(LETTER, text, second + (next >> LENGTH_SHIFT), to);
        }
        if ((first & NOT_OTHER) == 0 || text[from] == ' ' && next != 0 && (next & NOT_OTHER) == 0) {
            return CharacterClass.runOf(NEWLINE, text, CharacterClass.runOfOther(text, second, to), to);
        }
        return WhiteSpace.endWithLines(text, from, to, wholeAtEnd);
    }

    /** {@code \p{N}{1,most}} */
    static int numberEnd(byte[] text, int from, int to, int most) {
        int at = from;
        for (int count = 0; count < most && at < to; count++) {
            int next = CharacterClass.at(text, at, to);
            if ((next & NUMBER) == 0) {
                break;
            }
            at += next >> LENGTH_SHIFT;
        }
        return at;
    }
}
