package org.llmsys.tokenizer.internal.bytepair;

/** A set of characters, asked straight of UTF-8 bytes. */
@FunctionalInterface
interface CharacterSet {

    /** Whether the character that begins at {@code at}, which is before {@code to}, is one of the set. */
    boolean has(byte[] text, int at, int to);

    /** Those with one of these classes of {@link CharacterClass}. */
    static CharacterSet ofClass(int wanted) {
        return (text, at, to) -> (CharacterClass.at(text, at, to) & wanted) != 0;
    }

    /** {@code \p{P}} and the ASCII characters listed. */
    static CharacterSet punctuationAnd(String more) {
        return (text, at, to) -> text[at] >= 0 && more.indexOf(text[at]) >= 0 || isPunctuation(CharacterClass.codePoint(text, at, to));
    }

    /** Those from the first to the second, from the third to the fourth, … */
    static CharacterSet ranges(int... bounds) {
        return (text, at, to) -> {
            int character = CharacterClass.codePoint(text, at, to);
            for (int i = 0; i < bounds.length; i += 2) {
                if (character >= bounds[i] && character <= bounds[i + 1]) {
                    return true;
                }
            }
            return false;
        };
    }

    static boolean isPunctuation(int character) {
        return character >= 0 && switch (Character.getType(character)) {
            case Character.CONNECTOR_PUNCTUATION, Character.DASH_PUNCTUATION, Character.START_PUNCTUATION, Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION, Character.FINAL_QUOTE_PUNCTUATION, Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }

    static boolean isSymbol(int character) {
        return character >= 0 && switch (Character.getType(character)) {
            case Character.MATH_SYMBOL, Character.CURRENCY_SYMBOL, Character.MODIFIER_SYMBOL, Character.OTHER_SYMBOL -> true;
            default -> false;
        };
    }

    static boolean isMark(int character) {
        return character >= 0 && switch (Character.getType(character)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK -> true;
            default -> false;
        };
    }
}
