package org.llmsys.tokenizer.internal.bytepair;

import java.util.List;

/**
 * What a byte-level tokenizer does with text around the merging itself.
 *
 * @param cut         how text is cut into pieces
 * @param nfc         whether text is first brought to Unicode's composed form (Qwen 2)
 * @param prefixSpace whether text that does not begin with a blank gets one
 * @param before      ids put before a text when special tokens are recognized
 * @param after       ids put after it
 */
record TextSettings(Cut cut, boolean nfc, boolean prefixSpace, List<Integer> before, List<Integer> after) {

    /** Nothing but the cut. */
    static TextSettings of(Cut cut) {
        return new TextSettings(cut, false, false, List.of(), List.of());
    }
}
