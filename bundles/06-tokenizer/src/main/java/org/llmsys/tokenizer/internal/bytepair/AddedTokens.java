package org.llmsys.tokenizer.internal.bytepair;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.internal.SpecialTokens;
import org.llmsys.tokenizer.internal.Words;

/**
 * Cuts a text at its added tokens, as Hugging Face does.
 *
 * <pre>
 *   text --tokens that are not normalized--&gt; runs --normalizer--&gt; runs --tokens that are--&gt; runs
 * </pre>
 *
 * <p>Of several tokens that begin at one place the longest counts; if it may not stand there (a single word inside another, a special
 * token that is ignored), its place is text, and no other token is looked for in it. Immutable.
 */
final class AddedTokens {

    /**
     * A token, or ordinary text between two: units {@code from} to {@code to} of {@code in}.
     *
     * @param token null for ordinary text
     */
    record Piece(AddedToken token, ComposedText in, int from, int to) {

        String text() {
            return in.text().substring(from, to);
        }

        /** Where it begins in the text that was given. */
        int start() {
            return in.start(from);
        }

        int end() {
            return in.end(to);
        }
    }

    private final boolean nfc;
    private final Map<String, AddedToken> rawTokens = new HashMap<>();
    private final Map<String, AddedToken> normalizedTokens = new HashMap<>();
    private final SpecialTokens raw;
    private final SpecialTokens normalized;
    private final SpecialTokens special;

    /** @param nfc whether the normalizer composes characters; else there is none */
    AddedTokens(List<AddedToken> tokens, boolean nfc) {
        this.nfc = nfc;
        for (AddedToken token : tokens) {
            if (token.normalized()) {
                normalizedTokens.putIfAbsent(nfc ? ComposedText.of(token.content(), 0).text() : token.content(), token);
            } else {
                rawTokens.put(token.content(), token);
            }
        }
        raw = new SpecialTokens(List.copyOf(rawTokens.keySet()));
        normalized = new SpecialTokens(List.copyOf(normalizedTokens.keySet()));
        special = new SpecialTokens(tokens.stream().filter(AddedToken::special).map(AddedToken::content).toList());
    }

    /**
     * The pieces in order. One that takes white space along may overlap the next, as it does in Hugging Face's.
     *
     * @throws org.llmsys.assembly.Problem when special tokens are refused and one stands in the text
     */
    List<Piece> split(String text, Specials mode) {
        if (mode == Specials.REFUSED) {
            special.split(text, mode);
        }
        Predicate<AddedToken> wanted = token -> mode != Specials.IGNORED || !token.special();
        List<Piece> pieces = new ArrayList<>();
        for (Piece piece : find(raw, rawTokens, ComposedText.unchanged(text, 0), wanted)) {
            if (piece.token() != null || !nfc && normalizedTokens.isEmpty()) {
                pieces.add(piece);
            } else {
                ComposedText run = nfc ? ComposedText.of(piece.text(), piece.start()) : ComposedText.unchanged(piece.text(), piece.start());
                pieces.addAll(find(normalized, normalizedTokens, run, wanted));
            }
        }
        return pieces;
    }

    private static List<Piece> find(SpecialTokens places, Map<String, AddedToken> tokens, ComposedText in, Predicate<AddedToken> wanted) {
        String text = in.text();
        List<Piece> pieces = new ArrayList<>();
        int plainFrom = 0;
        int matchEnd;
        for (int match = places.next(text, 0); match < text.length(); match = places.next(text, matchEnd)) {
            matchEnd = places.endAt(text, match);
            AddedToken token = tokens.get(text.substring(match, matchEnd));
            if (!wanted.test(token) || token.singleWord() && (wordBefore(text, match) || wordAfter(text, matchEnd))) {
                continue;
            }
            int from = token.leftStrip() ? Math.max(plainFrom, whiteBefore(text, match)) : match;
            int to = token.rightStrip() ? whiteAfter(text, matchEnd) : matchEnd;
            if (plainFrom < from) {
                pieces.add(new Piece(null, in, plainFrom, from));
            }
            pieces.add(new Piece(token, in, from, to));
            plainFrom = to;
        }
        if (plainFrom < text.length()) {
            pieces.add(new Piece(null, in, plainFrom, text.length()));
        }
        return pieces;
    }

    private static boolean wordBefore(String text, int at) {
        return at > 0 && isWord(text.codePointBefore(at));
    }

    private static boolean wordAfter(String text, int at) {
        return at < text.length() && isWord(text.codePointAt(at));
    }

    /** {@code \w} of Unicode: letters, marks, decimal digits, connectors, and the two joiners. */
    private static boolean isWord(int character) {
        return Character.isAlphabetic(character) || character == 0x200C || character == 0x200D || switch (Character.getType(character)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK,
                    Character.DECIMAL_DIGIT_NUMBER, Character.CONNECTOR_PUNCTUATION -> true;
            default -> false;
        };
    }

    // all white space is in the Basic Multilingual Plane
    private static int whiteBefore(String text, int at) {
        while (at > 0 && Words.isWhiteSpace(text.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    private static int whiteAfter(String text, int at) {
        while (at < text.length() && Words.isWhiteSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }
}
