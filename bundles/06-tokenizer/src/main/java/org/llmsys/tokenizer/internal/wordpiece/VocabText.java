package org.llmsys.tokenizer.internal.wordpiece;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.internal.Vocabulary;

/**
 * BERT's {@code vocab.txt}: one token a line, its id is the number of lines before it.
 *
 * <p>The file does not say how texts are normalized. So it is told, or taken from the tokens: where no token has a capital letter, texts are
 * made small and lose their accents.
 */
public final class VocabText {

    private static final String FILE = "a vocab.txt";
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private VocabText() {
    }

    /**
     * The tokenizer of this vocabulary, with {@code [CLS]} and {@code [SEP]} around a text where the vocabulary has them; lower-casing is
     * taken from the tokens.
     *
     * @throws org.llmsys.assembly.Problem for bytes that are not UTF-8, an empty line, a token that stands twice, a missing {@code [UNK]}, or
     *         too many lines
     */
    public static Tokenizer read(byte[] file) {
        Vocabulary vocabulary = vocabulary(file);
        return tokenizer(vocabulary, !hasCapitals(vocabulary.tokens()), vocabulary.id(WordPieceSettings.BEGIN).isPresent()
                && vocabulary.id(WordPieceSettings.END).isPresent());
    }

    /**
     * The tokenizer of this vocabulary.
     *
     * @param lowerCase whether texts are made small and lose their accents
     * @param ends      whether {@code [CLS]} and {@code [SEP]} are put around a text
     */
    public static Tokenizer read(byte[] file, boolean lowerCase, boolean ends) {
        return tokenizer(vocabulary(file), lowerCase, ends);
    }

    private static Tokenizer tokenizer(Vocabulary vocabulary, boolean lowerCase, boolean ends) {
        List<AddedToken> specials = WordPieceSettings.SPECIALS.stream().filter(token -> vocabulary.id(token).isPresent())
                .map(token -> new AddedToken(token, true)).toList();
        BitSet pieces = new BitSet(vocabulary.size());
        pieces.set(0, vocabulary.size());
        BertNormalizer normalizer = lowerCase ? BertNormalizer.UNCASED : BertNormalizer.CASED;
        return new WordPieceTokenizer(vocabulary, pieces, specials, WordPieceSettings.bert(normalizer, ends));
    }

    /**
     * The tokens, one a line.
     *
     * @throws org.llmsys.assembly.Problem when {@link #read(byte[])} would make another tokenizer of it
     */
    static byte[] write(WordPieceTokenizer tokenizer) {
        WordPieceSettings settings = tokenizer.settings();
        settings.requireBert(FILE);
        StringBuilder text = new StringBuilder();
        for (int id = 0; id < tokenizer.vocabSize(); id++) {
            String token = tokenizer.token(id);
            if (token.isEmpty() || token.indexOf('\n') >= 0 || token.endsWith("\r") || id == 0 && token.startsWith(BYTE_ORDER_MARK)) {
                throw WordPieceSettings.cannotSay(FILE, "the token " + id + " in one line");
            }
            if (!tokenizer.isPiece(id)) {
                throw WordPieceSettings.cannotSay(FILE, "that words are not cut into the token \"" + token + "\"");
            }
            text.append(token).append('\n');
        }
        BertNormalizer read = hasCapitals(tokenizer.vocabulary().tokens()) ? BertNormalizer.CASED : BertNormalizer.UNCASED;
        if (!settings.normalizer().equals(read)) {
            throw WordPieceSettings.cannotSay(FILE, "how texts are normalized here: of these tokens a reader takes that letters are "
                    + (read.lowerCase() ? "made small" : "left as they are"));
        }
        boolean ends = tokenizer.id(WordPieceSettings.BEGIN).isPresent() && tokenizer.id(WordPieceSettings.END).isPresent();
        if (!settings.equals(WordPieceSettings.bert(read, ends))) {
            throw WordPieceSettings.cannotSay(FILE, "what is put around a text here: a reader puts [CLS] and [SEP] there exactly if both are tokens");
        }
        Set<AddedToken> found = WordPieceSettings.SPECIALS.stream().filter(token -> tokenizer.id(token).isPresent())
                .map(token -> new AddedToken(token, true)).collect(Collectors.toSet());
        if (!found.equals(Set.copyOf(tokenizer.added()))) {
            throw WordPieceSettings.cannotSay(FILE, "which tokens are special beyond those that BERT has");
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Vocabulary vocabulary(byte[] file) {
        String text = text(file);
        List<String> tokens = new ArrayList<>();
        for (int from = text.startsWith(BYTE_ORDER_MARK) ? 1 : 0; from < text.length();) {
            int end = text.indexOf('\n', from);
            int to = end < 0 ? text.length() : end;
            String token = text.substring(from, to > from && text.charAt(to - 1) == '\r' ? to - 1 : to);
            if (token.isEmpty()) {
                throw WordPieceJson.damaged("line " + (tokens.size() + 1) + " is empty");
            }
            if (tokens.size() == WordPieceJson.MOST_TOKENS) {
                throw WordPieceJson.damaged("it has more than " + WordPieceJson.MOST_TOKENS + " lines");
            }
            tokens.add(token);
            from = to + 1;
        }
        return new Vocabulary(tokens);
    }

    private static String text(byte[] file) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file)).toString();
        } catch (CharacterCodingException e) {
            throw WordPieceJson.damaged("the file is not UTF-8");
        }
    }

    /** Capitals that have a small form, which a sign such as ℝ has not. Special and unused entries stand in brackets and do not count. */
    static boolean hasCapitals(List<String> tokens) {
        return tokens.stream().anyMatch(token -> !(token.startsWith("[") && token.endsWith("]"))
                && token.codePoints().anyMatch(c -> Character.toLowerCase(c) != c));
    }
}
