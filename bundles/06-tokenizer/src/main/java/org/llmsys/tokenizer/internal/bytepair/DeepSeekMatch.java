package org.llmsys.tokenizer.internal.bytepair;

import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.LENGTH_SHIFT;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.LETTER;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.NEWLINE;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.SPACE;

/**
 * The last step of DeepSeek V3's cut, after numbers and East Asian writing have been cut out.
 *
 * <pre>
 *   [!-/:-@\[-`{-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 * </pre>
 */
record DeepSeekMatch() implements Isolated.Match {

    @Override
    public int end(byte[] text, int from, int to) {
        int first = CharacterClass.at(text, from, to);
        int second = from + (first >> LENGTH_SHIFT);
        boolean sign = isSign(text, from, to);
        if (sign && text[from] >= 0 && second < to && isAsciiLetter(text[second])) {
            int at = second;
            while (at < to && isAsciiLetter(text[at])) {
                at++;
            }
            return at;
        }
        if (isWordPart(text, from, to) || (first & NEWLINE) == 0 && !sign && second < to && isWordPart(text, second, to)) {
            int at = second;
            while (at < to && isWordPart(text, at, to)) {
                at += CharacterClass.at(text, at, to) >> LENGTH_SHIFT;
            }
            return at;
        }
        if (sign || text[from] == ' ' && second < to && isSign(text, second, to)) {
            int at = second;
            while (at < to && isSign(text, at, to)) {
                at += CharacterClass.at(text, at, to) >> LENGTH_SHIFT;
            }
            return CharacterClass.runOf(NEWLINE, text, at, to);
        }
        return (first & SPACE) != 0 ? WhiteSpace.endWithLines(text, from, to, false) : from;
    }

    private static boolean isAsciiLetter(byte character) {
        return character >= 'A' && character <= 'Z' || character >= 'a' && character <= 'z';
    }

    private static boolean isWordPart(byte[] text, int at, int to) {
        return (CharacterClass.at(text, at, to) & LETTER) != 0 || text[at] < 0 && CharacterSet.isMark(CharacterClass.codePoint(text, at, to));
    }

    private static boolean isSign(byte[] text, int at, int to) {
        int character = CharacterClass.codePoint(text, at, to);
        return CharacterSet.isPunctuation(character) || CharacterSet.isSymbol(character);
    }
}
