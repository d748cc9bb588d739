package org.llmsys.tokenizer.internal.wordpiece;

/**
 * The classes of characters that BERT's tokenizer knows.
 *
 * @see <a href="https://github.com/google-research/bert/blob/master/tokenization.py">BERT's tokenization.py</a>
 */
final class BertCharacters {

    private BertCharacters() {
    }

    /** Characters that are dropped: NUL, U+FFFD and Unicode's control, format and private characters; tab and line ends are white space. */
    static boolean isDropped(int character) {
        if (character == '\t' || character == '\n' || character == '\r') {
            return false;
        }
        return character == 0xFFFD || switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE -> true;
            default -> false;
        };
    }

    /** Unicode's categories P*, and every printable ASCII character that is no letter, digit or blank: {@code $ + < = > ^ ` | ~} too. */
    static boolean isPunctuation(int character) {
        if (character < 0x80) {
            return character > ' ' && character < 0x7F && !Character.isLetterOrDigit(character);
        }
        return switch (Character.getType(character)) {
            case Character.CONNECTOR_PUNCTUATION, Character.DASH_PUNCTUATION, Character.START_PUNCTUATION, Character.END_PUNCTUATION,
                 Character.INITIAL_QUOTE_PUNCTUATION, Character.FINAL_QUOTE_PUNCTUATION, Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }

    /** The blocks of CJK ideographs, each of which is a word; Hangul, Hiragana and Katakana are not: they are written in words. */
    static boolean isIdeograph(int character) {
        return character >= 0x4E00 && character <= 0x9FFF
                || character >= 0x3400 && character <= 0x4DBF
                || character >= 0xF900 && character <= 0xFAFF
                || character >= 0x20000 && character <= 0x2A6DF
                || character >= 0x2A700 && character <= 0x2CEAF
                || character >= 0x2F800 && character <= 0x2FA1F;
    }
}
