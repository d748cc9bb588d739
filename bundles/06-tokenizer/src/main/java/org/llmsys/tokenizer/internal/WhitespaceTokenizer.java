package org.llmsys.tokenizer.internal;

import java.util.List;
import java.util.Optional;

import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.StreamingDecoder;
import org.llmsys.tokenizer.Tokenizer;

/**
 * One token a word: the text is cut at white space.
 *
 * <pre>
 *   "the cat sat"  --&gt;  the | cat | sat          a word that is not in the vocabulary becomes {@code <unk>}
 * </pre>
 *
 * <p>The oldest way, and the easiest to read. It forgets which white space stood between two words (decoding puts one blank), and
 * every word it has not seen is the same to it; the subword tokenizers exist to mend that.
 */
final class WhitespaceTokenizer implements Tokenizer {

    static final String TYPE = "whitespace";
    static final String UNKNOWN = "<unk>";

    private final Vocabulary vocabulary;
    private final List<String> specialTokens;
    private final SpecialTokens specials;
    private final int unknown;

    /** @param vocabulary must hold {@link #UNKNOWN} */
    WhitespaceTokenizer(Vocabulary vocabulary, List<String> specialTokens) {
        this.vocabulary = vocabulary;
        this.specialTokens = List.copyOf(specialTokens);
        this.specials = new SpecialTokens(specialTokens);
        this.unknown = vocabulary.id(UNKNOWN).orElseThrow();
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
        IdList ids = new IdList(text.length() / 5);
        for (SpecialTokens.Piece piece : specials.split(text, mode)) {
            if (piece.special()) {
                ids.add(vocabulary.id(text.substring(piece.start(), piece.end())).orElseThrow(), piece.start(), piece.end());
            } else {
                Words.forEach(text, piece.start(), piece.end(), (start, end) ->
                        ids.add(vocabulary.id(text.substring(start, end)).orElse(unknown), start, end));
            }
        }
        return ids.encoding();
    }

    @Override
    public String decode(int[] ids) {
        StringBuilder text = new StringBuilder(6 * ids.length);
        StreamingDecoder decoder = streamingDecoder();
        for (int id : ids) {
            text.append(decoder.next(id));
        }
        return text.toString();
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new StreamingDecoder() {
            private boolean first = true;

            @Override
            public String next(int id) {
                String word = first ? vocabulary.token(id) : " " + vocabulary.token(id);
                first = false;
                return word;
            }
        };
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
        return WordLevelJson.write(vocabulary, specialTokens, UNKNOWN, WordLevelJson.Cut.AT_WHITE_SPACE);
    }
}
