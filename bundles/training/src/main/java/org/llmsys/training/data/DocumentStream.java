package org.llmsys.training.data;

import java.io.InputStream;

/** The documents of a text one after another, a long one in pieces, so that no text need fit into memory. For one thread. */
abstract sealed class DocumentStream permits SeparatedDocuments, JsonDocuments {

    /** Longest piece, in UTF-16 units, but for what was read beyond it. */
    static final int PIECE = 1 << 20;

    /**
     * A document or a part of one.
     *
     * @param last whether the document ends with it
     */
    record Piece(String text, boolean last) {
    }

    /** The next piece, null after the last one. */
    abstract Piece next();

    static DocumentStream of(TextInput input, InputStream in, CorpusSettings settings) {
        return input.jsonLines() ? new JsonDocuments(new CharacterStream(input.name(), in, false), input.name(), settings)
                : new SeparatedDocuments(new CharacterStream(input.name(), in, settings.cleaning().lineEnds()), settings.separator());
    }

    /**
     * Where to cut a long document: behind a line end that no white space follows, else before a blank between two words, as far back as
     * the middle; else anywhere but within a character. So most tokenizers give the tokens of the whole.
     *
     * @param most the latest place
     */
    static int cut(CharSequence text, int most) {
        int least = Math.max(1, most / 2);
        for (int i = Math.min(most, text.length() - 1); i > least; i--) {
            if (text.charAt(i - 1) == '\n' && !Character.isWhitespace(text.charAt(i))) {
                return i;
            }
        }
        for (int i = Math.min(most, text.length() - 2); i > least; i--) {
            if (text.charAt(i) == ' ' && !Character.isWhitespace(text.charAt(i - 1)) && !Character.isWhitespace(text.charAt(i + 1))) {
                return i;
            }
        }
        return Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    }
}
