package org.llmsys.tokenizer.internal.wordpiece;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.StreamingDecoder;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile;
import org.llmsys.tokenizer.internal.IdList;
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
class WordPieceTokenizer implements Tokenizer {

    static final String TYPE = "wordpiece";

    private final Vocabulary vocabulary;
    private final BitSet pieces;
    private final List<AddedToken> added;
    private final WordPieceSettings settings;
    private final CharacterTable characters;
    private final PieceTrie trie;
    private final AddedTokens found;
    private final int unknown;

    /**
     * @param vocabulary all tokens
     * @param pieces     the ids of those that words are cut into; the others are only found whole
     * @param added      those of the vocabulary that stand for themselves in a text
     * @throws Problem when a token the settings name is not in the vocabulary
     */
    WordPieceTokenizer(Vocabulary vocabulary, BitSet pieces, List<AddedToken> added, WordPieceSettings settings) {
        this.vocabulary = vocabulary;
        this.pieces = (BitSet) pieces.clone();
        this.added = List.copyOf(added);
        this.settings = settings;
        this.unknown = idOf(settings.unknown());
        settings.before().forEach(this::idOf);
        settings.after().forEach(this::idOf);
        this.characters = new CharacterTable(settings.normalizer());
        this.trie = new PieceTrie(vocabulary.tokens(), shortEnough(), settings.prefix());
        this.found = new AddedTokens(added);
    }

    /** The pieces that can stand in a word; longer ones, which a damaged file may hold, would only take memory. */
    private BitSet shortEnough() {
        long longest = settings.prefix().length() + 2L * settings.maxCharacters();            // a character has up to two chars
        BitSet found = (BitSet) pieces.clone();
        pieces.stream().filter(id -> vocabulary.tokens().get(id).length() > longest).forEach(found::clear);
        return found;
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

    /** Whether words are cut into this token. */
    boolean isPiece(int id) {
        return pieces.get(id);
    }

    List<AddedToken> added() {
        return added;
    }

    WordPieceSettings settings() {
        return settings;
    }

    @Override
    public Encoding encode(String text, Specials mode) {
        IdList ids = new IdList(text.length() / 4);
        boolean recognized = mode == Specials.RECOGNIZED;
        if (recognized) {
            settings.before().forEach(token -> ids.add(idOf(token), 0, 0));
        }
        WordPieces cutter = new WordPieces(trie, unknown);
        BertWords words = new BertWords(characters, settings.maxCharacters(), word -> cutter.cut(word, ids));
        for (AddedTokens.Run run : found.split(text, mode)) {
            if (run.token() != null) {
                ids.add(idOf(run.token().content()), run.from(), run.to());
            } else {
                words.cut(text, run.from(), run.to());
            }
        }
        if (recognized) {
            settings.after().forEach(token -> ids.add(idOf(token), text.length(), text.length()));
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

    /** {@code vocab.txt} and GGUF. */
    @Override
    public Optional<Map<String, byte[]>> files(TokenizerFile.Form form) {
        return switch (form) {
            case VOCAB_TXT -> Optional.of(Map.of("vocab.txt", VocabText.write(this)));
            case GGUF -> Optional.of(Map.of("vocab.gguf", BertGguf.write(this)));
            default -> Optional.empty();
        };
    }
}
