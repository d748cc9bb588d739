package org.llmsys.tokenizer.internal.wordpiece;

import org.llmsys.tokenizer.internal.Words;

/** Cuts a normalized text into words: at white space, which is dropped, and around punctuation, each mark of which is a word. */
final class BertWords {

    private BertWords() {
    }

    /** Visits the words in order; places count units of the normalized text. */
    static void forEach(NormalizedText text, Words.Visitor visitor) {
        int start = 0;
        for (int at = 0; at < text.length();) {
            int character = text.character(at);
            int next = at + Character.charCount(character);
            boolean mark = BertCharacters.isPunctuation(character);
            if (mark || isWhiteSpace(character)) {
                if (start < at) {
                    visitor.word(start, at);
                }
                if (mark) {
                    visitor.word(at, next);
                }
                start = next;
            }
            at = next;
        }
        if (start < text.length()) {
            visitor.word(start, text.length());
        }
    }

    static boolean isWhiteSpace(int character) {
        return character == ' ' || Words.isWhiteSpace(character);
    }
}
