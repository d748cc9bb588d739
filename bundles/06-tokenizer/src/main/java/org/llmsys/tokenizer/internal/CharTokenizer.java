package org.llmsys.tokenizer.internal;

import java.util.List;
import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.StreamingDecoder;
import org.llmsys.tokenizer.Tokenizer;

/**
 * One token a character (Unicode code point).
 *
 * <pre>
 *   "cab"  with the vocabulary  a b c   --&gt;  2 0 1
 * </pre>
 *
 * <p>Nothing is lost and nothing must be learned, but sequences are long, and a character the vocabulary has never seen cannot be
 * expressed: that is an error, not a guess.
 */
final class CharTokenizer implements Tokenizer {

    static final String TYPE = "char";

    private final Vocabulary vocabulary;
    private final List<String> specialTokens;
    private final SpecialTokens specials;

    CharTokenizer(Vocabulary vocabulary, List<String> specialTokens) {
        this.vocabulary = vocabulary;
        this.specialTokens = List.copyOf(specialTokens);
        this.specials = new SpecialTokens(specialTokens);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public int vocabSize() {
        return vocabulary.size();
    }

    @Override
    public Encoding encode(String text, Specials mode) {
        IdList ids = new IdList(text.length());
        for (SpecialTokens.Piece piece : specials.split(text, mode)) {
            if (piece.special()) {
                ids.add(vocabulary.id(text.substring(piece.start(), piece.end())).orElseThrow(), piece.start(), piece.end());
                continue;
            }
            for (int at = piece.start(); at < piece.end();) {
                int character = text.codePointAt(at);
                int next = at + Character.charCount(character);
                ids.add(idOf(character, at), at, next);
                at = next;
            }
        }
        return ids.encoding();
    }

    private int idOf(int character, int at) {
        return vocabulary.id(Character.toString(character)).orElseThrow(() -> Problem.failed(
                "the tokenizer has no token for " + String.format("'%s' (U+%04X)", Character.toString(character), character),
                "it stands at character " + at + ", and a char tokenizer knows only the " + vocabulary.size() + " characters of its training text",
                "leave the character out, or train a model on a text that has it"));
    }

    @Override
    public String decode(int[] ids) {
        StringBuilder text = new StringBuilder(ids.length);
        for (int id : ids) {
            text.append(vocabulary.token(id));
        }
        return text.toString();
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return vocabulary::token;
    }

    @Override
    public String token(int id) {
        return vocabulary.token(id);
    }

    @Override
    public Optional<Integer> id(String token) {
        return vocabulary.id(token);
    }

    @Override
    public Optional<Integer> endOfText() {
        return specialTokens.contains(WordLevelJson.END_OF_TEXT) ? vocabulary.id(WordLevelJson.END_OF_TEXT) : Optional.empty();
    }

    @Override
    public String toJson() {
        return WordLevelJson.write(vocabulary, specialTokens, null, WordLevelJson.Cut.EACH_CHARACTER);
    }
}
