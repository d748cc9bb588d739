package org.llmsys.tokenizer.internal;

import org.llmsys.tokenizer.internal.wordpiece.BertCharacters;

/** The ways to cut a text into words at white space (Unicode's White_Space), named as Hugging Face's tokenizers name them. */
public enum Words {

    /** At white space only: {@code it's 5_x, ok} is {@code it's | 5_x, | ok}. */
    WhitespaceSplit {
        @Override
        int classOf(int character) {
            return LETTER;
        }
    },
    /** Runs of letters, marks, digits and joiners such as {@code _}, and runs of all others: {@code it | ' | s | 5_x | , | ok}. */
    Whitespace {
        @Override
        int classOf(int character) {
            return isWordCharacter(character) ? LETTER : SIGN;
        }
    },
    /** Each punctuation mark alone: {@code it | ' | s | 5 | _ | x | , | ok}. */
    BertPreTokenizer {
        @Override
        int classOf(int character) {
            return BertCharacters.isPunctuation(character) ? ALONE : LETTER;
        }
    };

    private static final int BLANK = 0;
    private static final int LETTER = 1;
    private static final int SIGN = 2;
    private static final int ALONE = 3;

    /** Told of each word. */
    @FunctionalInterface
    public interface Visitor {
        void word(int start, int end);
    }

    /** Characters of one class that stand side by side are a word; one that is ALONE is one by itself. */
    abstract int classOf(int character);

    /** Visits the words of {@code text} from {@code from} to {@code to}, in order. */
    public void forEach(String text, int from, int to, Visitor visitor) {
        int start = from;
        int before = BLANK;
        for (int at = from; at < to;) {
            int character = text.codePointAt(at);
            int now = isWhiteSpace(character) ? BLANK : classOf(character);
            if (now != before || now == ALONE) {
                if (before != BLANK) {
                    visitor.word(start, at);
                }
                start = at;
            }
            before = now;
            at += Character.charCount(character);
        }
        if (before != BLANK) {
            visitor.word(start, to);
        }
    }

    /** {@code \w} of Unicode's regular expressions: letters, marks, decimal digits, connectors, and the two joiners. */
    public static boolean isWordCharacter(int character) {
        return switch (Character.getType(character)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK, Character.DECIMAL_DIGIT_NUMBER,
                 Character.CONNECTOR_PUNCTUATION -> true;
            default -> Character.isAlphabetic(character) || character == 0x200C || character == 0x200D;
        };
    }

    /** The 25 characters with the Unicode property White_Space. */
    public static boolean isWhiteSpace(int character) {
        return character >= 0x09 && character <= 0x0D || character == 0x85 || Character.isSpaceChar(character);
    }
}
