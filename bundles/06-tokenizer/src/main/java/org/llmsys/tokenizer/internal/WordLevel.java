package org.llmsys.tokenizer.internal;

import java.util.List;
import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.Tokenizer;

/** What tokenizers have in common whose tokens are entries of a list: the added tokens are found first, the rest is cut and looked up. */
abstract class WordLevel implements Tokenizer {

    private final WordLevelJson.Content content;
    private final SpecialTokens all;
    private final SpecialTokens special;
    private final SpecialTokens ordinary;

    WordLevel(WordLevelJson.Content content) {
        this.content = content;
        this.all = found(content.added());
        this.special = found(content.added().stream().filter(AddedWord::special).toList());
        this.ordinary = found(content.added().stream().filter(token -> !token.special()).toList());
    }

    private static SpecialTokens found(List<AddedWord> tokens) {
        return new SpecialTokens(tokens.stream().map(AddedWord::content).toList());
    }

    /** Adds the ids of ordinary text. */
    abstract void encode(String text, int from, int to, IdList ids);

    WordLevelJson.Content content() {
        return content;
    }

    Vocabulary vocabulary() {
        return content.vocabulary();
    }

    @Override
    public int vocabSize() {
        return vocabulary().size();
    }

    @Override
    public Encoding encode(String text, Specials mode) {
        requireWholeCharacters(text);
        IdList ids = new IdList(text.length());
        if (mode == Specials.REFUSED) {
            special.split(text, mode);
        }
        for (SpecialTokens.Piece piece : (mode == Specials.RECOGNIZED ? all : ordinary).split(text, Specials.RECOGNIZED)) {
            if (piece.special()) {
                ids.add(vocabulary().id(text.substring(piece.start(), piece.end())).orElseThrow(), piece.start(), piece.end());
            } else {
                encode(text, piece.start(), piece.end(), ids);
            }
        }
        return ids.encoding();
    }

    /** @throws Problem when half of a surrogate pair stands alone: such a text has no UTF-8 form, and so no file */
    static void requireWholeCharacters(String text) {
        for (int at = 0; at < text.length(); at++) {
            char unit = text.charAt(at);
            if (!Character.isSurrogate(unit)) {
                continue;
            }
            if (at + 1 == text.length() || !Character.isSurrogatePair(unit, text.charAt(at + 1))) {
                throw Problem.failed("the text is not valid Unicode",
                        String.format("half of a surrogate pair (U+%04X) stands alone at character %d", (int) unit, at),
                        "give a text that was read from valid UTF-8");
            }
            at++;
        }
    }

    @Override
    public String token(int id) {
        return vocabulary().token(id);
    }

    @Override
    public Optional<Integer> id(String token) {
        return vocabulary().id(token);
    }

    @Override
    public Optional<Integer> endOfText() {
        return content.added().contains(new AddedWord(WordLevelJson.END_OF_TEXT, true)) ? id(WordLevelJson.END_OF_TEXT) : Optional.empty();
    }

    @Override
    public String toJson() {
        return WordLevelJson.write(content);
    }
}
