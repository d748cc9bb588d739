package org.llmsys.tokenizer.internal.wordpiece;

import org.llmsys.tokenizer.internal.Words;

/**
 * The classes of characters that BERT's tokenizer knows. Categories are those of Unicode 8, which Hugging Face's tokenizers use: a mark
 * that Unicode has learned since is an ordinary character.
 *
 * @see <a href="https://github.com/google-research/bert/blob/master/tokenization.py">BERT's tokenization.py</a>
 */
public final class BertCharacters {

    /** Where the punctuation, marks, format characters and decompositions lie that are younger than Unicode 8: first and last of each range. */
    private static final int[] YOUNGER = {0x61D, 0x61D, 0x7FD, 0x7FD, 0x890, 0x8E2, 0x9FD, 0x9FE, 0xA76, 0xA76, 0xAFA, 0xAFF, 0xB55, 0xB55, 0xC04, 0xC04,
        0xC3C, 0xC3C, 0xC77, 0xC77, 0xC84, 0xC84, 0xD00, 0xD00, 0xD3B, 0xD3C, 0xD81, 0xD81, 0xEBA, 0xEBA, 0xECE, 0xECE, 0x180F, 0x1886, 0x1ABF, 0x1ACE,
        0x1B4E, 0x1B4F, 0x1B7D, 0x1B7F, 0x1DF6, 0x1DFB, 0x2E43, 0x2E5D, 0xA82C, 0xA82C, 0xA8C5, 0xA8C5, 0xA8FF, 0xA8FF, 0xA9BD, 0xA9BD, 0x105C9, 0x105E4,
        0x10D24, 0x10F89, 0x11070, 0x11074, 0x110C2, 0x110CD, 0x111CF, 0x111CF, 0x1123E, 0x11241, 0x1133B, 0x1133B, 0x11383, 0x1145E, 0x11660, 0x1166C,
        0x116B9, 0x116B9, 0x1182F, 0x11FFF, 0x12FF1, 0x1612F, 0x16D68, 0x16F4F, 0x16FE2, 0x16FE4, 0x1CF00, 0x1CF46, 0x1E000, 0x1E5FF, 0x1E944, 0x1E95F};

    private BertCharacters() {
    }

    /** Whether a character's class is younger than Unicode 8, and so is none here. */
    static boolean isYounger(int character) {
        int low = 0;
        int high = YOUNGER.length / 2 - 1;
        while (low <= high) {
            int range = (low + high) / 2;
            if (character < YOUNGER[2 * range]) {
                high = range - 1;
            } else if (character > YOUNGER[2 * range + 1]) {
                low = range + 1;
            } else {
                return true;
            }
        }
        return false;
    }

    /** Characters that are dropped: NUL, U+FFFD and Unicode's control, format and private characters; tab and line ends are white space. */
    static boolean isDropped(int character) {
        if (character == '\t' || character == '\n' || character == '\r') {
            return false;
        }
        return character == 0xFFFD || switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE -> !isYounger(character);
            default -> false;
        };
    }

    /** Unicode's categories P*, and every printable ASCII character that is no letter, digit or blank: {@code $ + < = > ^ ` | ~} too. */
    public static boolean isPunctuation(int character) {
        if (character < 0x80) {
            return character > ' ' && character < 0x7F && !Character.isLetterOrDigit(character);
        }
        return switch (character) {
            case 0x166D, 0x111C9 -> true;                              // of another category since
            default -> switch (Character.getType(character)) {
                case Character.CONNECTOR_PUNCTUATION, Character.DASH_PUNCTUATION, Character.START_PUNCTUATION, Character.END_PUNCTUATION,
                     Character.INITIAL_QUOTE_PUNCTUATION, Character.FINAL_QUOTE_PUNCTUATION, Character.OTHER_PUNCTUATION -> !isYounger(character);
                default -> false;
            };
        };
    }

    /** Unicode's White_Space. */
    static boolean isWhiteSpace(int character) {
        return Words.isWhiteSpace(character);
    }

    /** Accents and other marks that take no room: Unicode's category Mn. */
    static boolean isNonspacingMark(int character) {
        return switch (character) {
            case 0x1734, 0x1171E -> true;                              // of another category since
            case 0x111C9 -> false;
            default -> Character.getType(character) == Character.NON_SPACING_MARK && !isYounger(character);
        };
    }

    /**
     * The blocks of CJK ideographs, each of which is a word; Hangul, Hiragana and Katakana are not: they are written in words. Hugging Face's
     * tokenizers leave out U+2B820 to U+2B91F, and so does this.
     */
    static boolean isIdeograph(int character) {
        return character >= 0x4E00 && character <= 0x9FFF
                || character >= 0x3400 && character <= 0x4DBF
                || character >= 0xF900 && character <= 0xFAFF
                || character >= 0x20000 && character <= 0x2A6DF
                || character >= 0x2A700 && character <= 0x2B81F
                || character >= 0x2B920 && character <= 0x2CEAF
                || character >= 0x2F800 && character <= 0x2FA1F;
    }
}
