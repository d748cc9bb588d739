package org.llmsys.tokenizer;

import java.util.Arrays;

/** Text of a growing sequence: gives what an id added, holding back until a character is complete. For one sequence and one thread. */
public final class StreamingDecoder {

    private final Tokenizer tokenizer;
    private int[] ids = new int[16];
    private int count;
    private int shown;

    StreamingDecoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** The text that this id adds; may be empty. */
    public String next(int id) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
        }
        ids[count++] = id;
        String text = tokenizer.decode(Arrays.copyOf(ids, count));
        String fresh = text.substring(Math.min(shown, text.length()));
        shown = Math.max(shown, text.length());
        return fresh;
    }
}
