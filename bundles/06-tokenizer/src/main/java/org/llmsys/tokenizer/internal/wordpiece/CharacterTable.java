package org.llmsys.tokenizer.internal.wordpiece;

import java.util.stream.IntStream;

/**
 * What becomes of each character of Unicode's first plane, worked out once by {@link BertNormalizer}, so that a text costs one look-up a
 * character. Immutable.
 *
 * <pre>
 *   &Eacute; --&gt; LETTER e      tab --&gt; BLANK      U+0301 --&gt; NOTHING      ! --&gt; WORD !      &#20013; --&gt; WORD &#20013;
 * </pre>
 */
final class CharacterTable {

    /** Part of a word. */
    static final byte LETTER = 0;
    /** The end of a word. */
    static final byte BLANK = 1;
    /** Left out; the word goes on. */
    static final byte NOTHING = 2;
    /** A word of its own: a punctuation mark, an ideograph. */
    static final byte WORD = 3;
    /** More than one character, or half of one: {@link #parts} says. */
    static final byte SEVERAL = 4;

    private static final int PLANE = 1 << 16;

    private final BertNormalizer normalizer;
    private final byte[] kinds = new byte[PLANE];
    private final char[] forms = new char[PLANE];
    private final int[][] parts = new int[PLANE][];

    CharacterTable(BertNormalizer normalizer) {
        this.normalizer = normalizer;
        for (int unit = 0; unit < PLANE; unit++) {
            enter((char) unit);
        }
    }

    /** One of the five kinds. */
    byte kind(char unit) {
        return kinds[unit];
    }

    /** The character that a LETTER or a WORD becomes. */
    char form(char unit) {
        return forms[unit];
    }

    /** All that a character becomes. */
    int[] parts(int character) {
        return character < PLANE && parts[character] != null ? parts[character] : normalized(character);
    }

    private int[] normalized(int character) {
        IntStream.Builder result = IntStream.builder();
        normalizer.normalize(character, result);
        return result.build().toArray();
    }

    private void enter(char unit) {
        if (Character.isSurrogate(unit)) {
            kinds[unit] = SEVERAL;
            return;
        }
        int[] all = normalized(unit);
        int[] seen = IntStream.of(all).filter(part -> !BertCharacters.isWhiteSpace(part)).toArray();
        boolean alone = all.length == 3 && seen.length == 1 && all[1] == seen[0];      // blank, character, blank
        if (all.length > 1 && !alone || seen.length == 1 && seen[0] >= PLANE) {
            kinds[unit] = SEVERAL;
            parts[unit] = all;
            return;
        }
        kinds[unit] = all.length == 0 ? NOTHING : seen.length == 0 ? BLANK : alone || BertCharacters.isPunctuation(seen[0]) ? WORD : LETTER;
        forms[unit] = seen.length == 0 ? 0 : (char) seen[0];
    }
}
