package org.llmsys.tokenizer.internal.wordpiece;

import org.llmsys.tokenizer.StreamingDecoder;
import org.llmsys.tokenizer.internal.Vocabulary;

/**
 * Pieces to text: a piece inside a word follows directly, any other after a blank.
 *
 * <pre>
 *   un ##aff ##able !   --&gt;  unaffable!
 * </pre>
 *
 * <p>Cleanup removes the blank before {@code . ? ! ,} and English endings such as {@code n't}, token by token, as Hugging Face's
 * WordPiece decoder does. What normalization took away (capitals, accents, the kind of white space) does not come back.
 */
final class PieceJoiner implements StreamingDecoder {

    /** What cleanup replaces, and by what, in this order. */
    private static final String[][] CLEANUP = {{" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","}, {" ' ", "'"}, {" n't", "n't"}, {" 'm", "'m"},
        {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};

    private final Vocabulary vocabulary;
    private final String prefix;
    private final boolean cleanup;
    private boolean first = true;

    PieceJoiner(Vocabulary vocabulary, WordPieceSettings settings) {
        this.vocabulary = vocabulary;
        this.prefix = settings.prefix();
        this.cleanup = settings.cleanup();
    }

    @Override
    public String next(int id) {
        String token = vocabulary.token(id);
        String text = first ? token : token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token;
        first = false;
        return cleanup ? clean(text) : text;
    }

    private static String clean(String text) {
        String cleaned = text;
        for (String[] rule : CLEANUP) {
            cleaned = cleaned.replace(rule[0], rule[1]);
        }
        return cleaned;
    }
}
