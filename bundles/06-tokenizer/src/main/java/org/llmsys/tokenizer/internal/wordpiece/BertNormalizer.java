package org.llmsys.tokenizer.internal.wordpiece;

import java.text.Normalizer;

/**
 * What BERT does to a text before it is cut into words.
 *
 * <pre>
 *   drop control characters, white space becomes a blank  --&gt;  blanks around CJK ideographs
 *       --&gt;  NFD, drop nonspacing marks (category Mn)      --&gt;  lower case
 *   "H&eacute;LLO&#92;t&#20013;"  --&gt;  "hello  &#20013; "
 * </pre>
 *
 * <p>Lower case is taken character by character: a final capital sigma becomes the ordinary small one.
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
    /** The first character with a decomposition is À. */
    private static final int FIRST_DECOMPOSED = 0xC0;

    /** The text from {@code from} to {@code to}, normalized; its offsets count from the whole text's start. */
    NormalizedText normalize(String text, int from, int to) {
        NormalizedText result = new NormalizedText(to - from);
        for (int at = from; at < to;) {
            int character = text.codePointAt(at);
            NormalizedText.requireCharacter(character, at);
            int next = at + Character.charCount(character);
            if (!cleanText) {
                space(character, at, next, result);
            } else if (!BertCharacters.isDropped(character)) {
                space(BertWords.isWhiteSpace(character) ? ' ' : character, at, next, result);
            }
            at = next;
        }
        return result;
    }

    private void space(int character, int start, int end, NormalizedText result) {
        if (ideographs && BertCharacters.isIdeograph(character)) {
            result.add(' ', start, start);
            strip(character, start, end, result);
            result.add(' ', end, end);
        } else {
            strip(character, start, end, result);
        }
    }

    private void strip(int character, int start, int end, NormalizedText result) {
        if (!stripAccents || character < FIRST_DECOMPOSED) {
            lower(character, start, end, result);
            return;
        }
        String parts = Normalizer.normalize(Character.toString(character), Normalizer.Form.NFD);
        for (int i = 0; i < parts.length();) {
            int part = parts.codePointAt(i);
            if (Character.getType(part) != Character.NON_SPACING_MARK) {
                lower(part, start, end, result);
            }
            i += Character.charCount(part);
        }
    }

    private void lower(int character, int start, int end, NormalizedText result) {
        result.add(lowerCase ? Character.toLowerCase(character) : character, start, end);
        if (lowerCase && character == CAPITAL_I_WITH_DOT) {
            result.add(DOT_ABOVE, start, end);                         // the one character whose small form is two
        }
    }
}
