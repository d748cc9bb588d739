package org.llmsys.tokenizer.internal.wordpiece;

import java.text.Normalizer;
import java.util.function.IntConsumer;

/**
 * What BERT does to each character of a text before the text is cut into words.
 *
 * <pre>
 *   drop control characters, white space becomes a blank  --&gt;  blanks around CJK ideographs
 *       --&gt;  NFD, drop nonspacing marks (category Mn)      --&gt;  lower case
 *   "H&eacute;LLO&#92;t&#20013;"  --&gt;  "hello  &#20013; "
 * </pre>
 *
 * <p>Each character is treated alone. Lower case is taken character by character too: a final capital sigma becomes the ordinary small
 * one.
 *
 * @param cleanText     drop control characters, NUL and U+FFFD; make every white space a blank
 * @param ideographs    put blanks around CJK ideographs
 * @param stripAccents  decompose (NFD) and drop nonspacing marks
 * @param lowerCase     make letters small
 * @see <a href="https://arxiv.org/abs/1810.04805">Devlin et al. 2018</a>
 */
record BertNormalizer(boolean cleanText, boolean ideographs, boolean stripAccents, boolean lowerCase) {

    static final BertNormalizer UNCASED = new BertNormalizer(true, true, true, true);
    static final BertNormalizer CASED = new BertNormalizer(true, true, false, false);
    /** Changes nothing. */
    static final BertNormalizer NONE = new BertNormalizer(false, false, false, false);

    private static final int CAPITAL_I_WITH_DOT = 0x130;
    private static final int DOT_ABOVE = 0x307;

    /** The characters that this one becomes, in order; none when it is dropped. */
    void normalize(int character, IntConsumer result) {
        if (cleanText && BertCharacters.isDropped(character)) {
            return;
        }
        if (cleanText && BertCharacters.isWhiteSpace(character)) {
            result.accept(' ');
        } else if (ideographs && BertCharacters.isIdeograph(character)) {
            result.accept(' ');
            strip(character, result);
            result.accept(' ');
        } else {
            strip(character, result);
        }
    }

    private void strip(int character, IntConsumer result) {
        if (!stripAccents || BertCharacters.isYounger(character)) {
            lower(character, result);
            return;
        }
        Normalizer.normalize(Character.toString(character), Normalizer.Form.NFD).codePoints()
                .filter(part -> !BertCharacters.isNonspacingMark(part))
                .forEach(part -> lower(part, result));
    }

    private void lower(int character, IntConsumer result) {
        result.accept(lowerCase ? Character.toLowerCase(character) : character);
        if (lowerCase && character == CAPITAL_I_WITH_DOT) {
            result.accept(DOT_ABOVE);                                  // the one character whose small form is two
        }
    }
}
