package org.llmsys.tokenizer.internal.wordpiece;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.internal.Vocabulary;

/**
 * BERT's {@code vocab.txt}: one token a line, its id is the number of lines before it.
 *
 * <p>The file does not say how texts are normalized. So it is told, or taken from the tokens: where no token has a capital letter, texts are
 * made small and lose their accents.
 */
public final class VocabText {

    private VocabText() {
    }

    /** Whether these bytes look like one: they have a line {@code [UNK]}. */
    public static boolean looksLike(byte[] file) {
        String text = new String(file, StandardCharsets.ISO_8859_1);
        return text.startsWith("[UNK]\n") || text.startsWith("[UNK]\r\n") || text.contains("\n[UNK]\n") || text.contains("\n[UNK]\r\n");
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
        return tokenizer(vocabulary, !hasCapitals(vocabulary), vocabulary.id(WordPieceSettings.BEGIN).isPresent()
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
        List<String> specials = WordPieceSettings.SPECIALS.stream().filter(token -> vocabulary.id(token).isPresent()).toList();
        BertNormalizer normalizer = lowerCase ? BertNormalizer.UNCASED : BertNormalizer.CASED;
        return new WordPieceTokenizer(vocabulary, vocabulary.size(), specials, WordPieceSettings.bert(normalizer, ends));
    }

    /** The file of a tokenizer's tokens, one a line. */
    public static byte[] write(Tokenizer tokenizer) {
        StringBuilder text = new StringBuilder();
        for (int id = 0; id < tokenizer.vocabSize(); id++) {
            String token = tokenizer.token(id);
            if (token.isEmpty() || token.indexOf('\n') >= 0 || token.endsWith("\r")) {
                throw WordPieceJson.damaged("the token " + id + " cannot stand on a line of a vocab.txt");
            }
            text.append(token).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Vocabulary vocabulary(byte[] file) {
        String text = text(file);
        List<String> tokens = new ArrayList<>();
        for (int from = 0; from < text.length();) {
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
    private static boolean hasCapitals(Vocabulary vocabulary) {
        return vocabulary.tokens().stream().anyMatch(token -> !(token.startsWith("[") && token.endsWith("]"))
                && token.codePoints().anyMatch(c -> Character.toLowerCase(c) != c));
    }
}
