package org.llmsys.tokenizer.internal.bytepair;

import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.LENGTH_SHIFT;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.NEWLINE;
import static org.llmsys.tokenizer.internal.bytepair.CharacterClass.SPACE;

/**
 * How runs of white space are cut. The last character of a run is left for the word that follows, because words are learned with
 * the blank before them: {@code \s+(?!\S)|\s+}.
 */
final class WhiteSpace {

    private WhiteSpace() {
    }

    /** {@code \s+(?!\S)|\s+} at a white-space character. */
    static int end(byte[] text, int from, int to) {
        int last = from;
        int at = from;
        while (at < to) {
            int next = CharacterClass.at(text, at, to);
            if ((next & SPACE) == 0) {
                return last == from ? at : last;
            }
            last = at;
            at += next >> LENGTH_SHIFT;
        }
        return to;
    }

    /**
     * {@code \s*[\r\n]+|\s+(?!\S)|\s+} at a white-space character: up to the run's last line end, if it has one.
     *
     * @param wholeAtEnd whether {@code \s+$} comes first: a run at the end of the text stays whole
     */
    static int endWithLines(byte[] text, int from, int to, boolean wholeAtEnd) {
        int last = from;
        int afterLine = from;
        int at = from;
        while (at < to) {
            int next = CharacterClass.at(text, at, to);
            if ((next & SPACE) == 0) {
                break;
            }
            last = at;
            at += next >> LENGTH_SHIFT;
            if ((next & NEWLINE) != 0) {
                afterLine = at;
            }
        }
        if (at == to && wholeAtEnd) {
            return to;
        }
        if (afterLine > from) {
            return afterLine;
        }
        return at == to || last == from ? at : last;
    }
}
