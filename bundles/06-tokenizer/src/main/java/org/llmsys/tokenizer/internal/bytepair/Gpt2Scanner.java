package org.llmsys.tokenizer.internal.bytepair;

import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.LENGTH_SHIFT;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.LETTER;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.NOT_OTHER;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.NUMBER;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.SPACE;

/**
 * The cut of GPT-2, r50k and p50k, and with each digit apart that of StarCoder.
 *
 * <pre>
 *   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 * </pre>
 *
 * @param digitsApart StarCoder first takes every number character out as a piece of its own, so that a blank is never joined to one
 *                    and a run of white space before one is whole
 */
record Gpt2Scanner(boolean digitsApart) implements PreTokenizer {

    @Override
    public int end(byte[] text, int from, int to) {
        int contraction = Contraction.end(text, from, to);
        if (contraction > from) {
            return contraction;
        }
        int first = CharacterClass.at(text, from, to);
        int start = from;
        if (text[from] == ' ' && from + 1 < to) {
            int second = CharacterClass.at(text, from + 1, to);
            if ((second & SPACE) == 0 && !(digitsApart && (second & NUMBER) != 0)) {
                first = second;
                start = from + 1;
            }
        }
        int afterFirst = start + (first >> LENGTH_SHIFT);
        if ((first & LETTER) != 0) {
            return CharacterClass.runOf(LETTER, text, afterFirst, to);
        }
        if ((first & NUMBER) != 0) {
            return digitsApart ? afterFirst : CharacterClass.runOf(NUMBER, text, afterFirst, to);
        }
        if ((first & NOT_OTHER) == 0) {
            return CharacterClass.runOfOther(text, afterFirst, to);
        }
        if (digitsApart) {
            int run = CharacterClass.runOf(SPACE, text, from, to);
            if (run < to && (CharacterClass.at(text, run, to) & NUMBER) != 0) {
                return run;
            }
        }
        return WhiteSpace.end(text, from, to);
    }
}
