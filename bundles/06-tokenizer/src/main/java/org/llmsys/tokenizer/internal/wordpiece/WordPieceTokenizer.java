package org.llmsys.tokenizer.internal.wordpiece;

import java.util.List;
import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.StreamingDecoder;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.internal.IdList;
import org.llmsys.tokenizer.internal.SpecialTokens;
import org.llmsys.tokenizer.internal.Vocabulary;

/**
 * WordPiece as BERT uses it.
 *
 * <pre>
 *   text --normalize--&gt; --words and marks--&gt; word --longest pieces first--&gt; word ##pie ##ces
 * </pre>
 *
 * <p>A token's offsets are those of the characters it came from, before normalization. Time is linear in the text, because a word longer
 * than 100 characters is unknown.
 *
 * @see <a href="https://arxiv.org/abs/1609.08144">Wu et al. 2016</a>, <a href="https://arxiv.org/abs/1810.04805">Devlin et al. 2018</a>
 */
final class WordPieceTokenizer implements Tokenizer {

    static final String TYPE = "wordpiece";

    private final Vocabulary vocabulary;
    private final int pieces;
    private final List<String> specialTokens;
    private final WordPieceSettings settings;
    private final PieceTrie trie;
    private final SpecialTokens specials;
    private final int unknown;

    /**
     * @param vocabulary    all tokens
     * @param pieces        how many of them, at the front, words are cut into; the others are special tokens that were added
     * @param specialTokens those of the vocabulary that stand for themselves in a text
     * @throws Problem when a token the settings name is not in the vocabulary
     */
    WordPieceTokenizer(Vocabulary vocabulary, int pieces, List<String> specialTokens, WordPieceSettings settings) {
        this.vocabulary = vocabulary;
        this.pieces = pieces;
        this.specialTokens = List.copyOf(specialTokens);
        this.settings = settings;
        this.unknown = idOf(settings.unknown());
        settings.before().forEach(this::idOf);
        settings.after().forEach(this::idOf);
        this.trie = new PieceTrie(vocabulary.tokens().subList(0, pieces), settings.prefix());
        this.specials = new SpecialTokens(this.specialTokens);
    }

    private int idOf(String token) {
        return vocabulary.id(token).orElseThrow(() -> Problem.failed("cannot read the tokenizer", "its vocabulary has no " + token,
                "give the vocabulary that belongs to the model"));
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public int vocabSize() {
        return vocabulary.size();
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    int pieces() {
        return pieces;
    }

    List<String> specialTokens() {
        return specialTokens;
    }

    WordPieceSettings settings() {
        return settings;
    }

    @Override
    public Encoding encode(String text, Specials mode) {
        IdList ids = new IdList(text.length() / 4);
        WordPieces cutter = new WordPieces(trie, settings.maxCharacters(), unknown);
        if (mode == Specials.RECOGNIZED) {
            settings.before().forEach(token -> ids.add(idOf(token), 0, 0));
        }
        for (SpecialTokens.Piece piece : specials.split(text, mode)) {
            if (piece.special()) {
                ids.add(idOf(text.substring(piece.start(), piece.end())), piece.start(), piece.end());
            } else {
                NormalizedText run = settings.normalizer().normalize(text, piece.start(), piece.end());
                BertWords.forEach(run, (from, to) -> cutter.cut(run, from, to, ids));
            }
        }
        if (mode == Specials.RECOGNIZED) {
            settings.after().forEach(token -> ids.add(idOf(token), text.length(), text.length()));
        }
        return ids.encoding();
    }

    @Override
    public String decode(int[] ids) {
        StringBuilder text = new StringBuilder(6 * ids.length);
        StreamingDecoder pieces = streamingDecoder();
        for (int id : ids) {
            text.append(pieces.next(id));
        }
        return text.toString();
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new PieceJoiner(vocabulary, settings);
    }

    @Override
    public String token(int id) {
        return vocabulary.token(id);
    }

    @Override
    public Optional<Integer> id(String token) {
        return vocabulary.id(token);
    }

    /** {@code [SEP]}, where there is one. */
    @Override
    public Optional<Integer> endOfText() {
        return vocabulary.id(WordPieceSettings.END);
    }

    @Override
    public String toJson() {
        return WordPieceJsonWriter.write(this);
    }
}
