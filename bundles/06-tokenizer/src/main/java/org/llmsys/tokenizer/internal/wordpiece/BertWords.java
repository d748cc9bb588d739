package org.llmsys.tokenizer.internal.wordpiece;

import java.util.function.Consumer;

import org.llmsys.assembly.Problem;

/**
 * Cuts a text into BERT's words while it normalizes it, in one pass: at white space, which is dropped, and around punctuation and
 * ideographs, each of which is a word. For one text and one thread.
 */
final class BertWords {

    private final CharacterTable table;
    private final Consumer<Word> visitor;
    private final Word word;

    /**
     * @param maxCharacters a word of more characters comes as {@link Word#isTooLong}
     * @param visitor       told of each word in order; the word is good until it returns
     */
    BertWords(CharacterTable table, int maxCharacters, Consumer<Word> visitor) {
        this.table = table;
        this.visitor = visitor;
        this.word = new Word(maxCharacters);
    }

    /** Visits the words of the text from {@code from} to {@code to}. */
    void cut(String text, int from, int to) {
        for (int at = from; at < to; at++) {
            char unit = text.charAt(at);
            switch (table.kind(unit)) {
                case CharacterTable.LETTER -> word.add(table.form(unit), at, at + 1);
                case CharacterTable.BLANK -> finish();
                case CharacterTable.NOTHING -> { }
                case CharacterTable.WORD -> {
                    finish();
                    word.add(table.form(unit), at, at + 1);
                    finish();
                }
                default -> at += several(text.codePointAt(at), at) - 1;
            }
        }
        finish();
    }

    /** A character that becomes several; returns how many units it has. */
    private int several(int character, int at) {
        if (character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE) {
            throw Problem.failed("the text is not valid Unicode", String.format("half of a surrogate pair (U+%04X) stands alone at character %d",
                    character, at), "give a text that was read from valid UTF-8");
        }
        int next = at + Character.charCount(character);
        for (int part : table.parts(character)) {
            boolean mark = BertCharacters.isPunctuation(part);
            if (mark || BertCharacters.isWhiteSpace(part)) {
                finish();
            }
            if (!BertCharacters.isWhiteSpace(part)) {
                word.add(part, at, next);
            }
            if (mark) {
                finish();
            }
        }
        return next - at;
    }

    private void finish() {
        if (!word.isEmpty()) {
            visitor.accept(word);
            word.clear();
        }
    }
}
