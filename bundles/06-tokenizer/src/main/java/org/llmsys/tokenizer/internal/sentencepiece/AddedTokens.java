package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.internal.Words;

/** Finds tokens that stand beside the vocabulary, such as {@code <s>}, before the rest of a text is cut. Immutable. */
final class AddedTokens {

    static final AddedTokens NONE = new AddedTokens(List.of());

    /**
     * One such token.
     *
     * @param content    its text
     * @param special    whether it is a mark without text of its own; else it is text that is never cut
     * @param normalized whether it is looked for in the normalized text
     * @param singleWord whether it counts only where no letter or digit stands beside it
     * @param lstrip     whether it takes in the blanks before it
     * @param rstrip     whether it takes in the blanks after it
     */
    record Token(String content, int id, boolean special, boolean normalized, boolean singleWord, boolean lstrip, boolean rstrip) {

        static Token special(String content, int id) {
            return new Token(content, id, true, false, false, false, false);
        }

        Token with(String text) {
            return new Token(text, id, special, normalized, singleWord, lstrip, rstrip);
        }
    }

    /** A run of text: a token, or ordinary text between two, whose id is -1. */
    record Run(int start, int end, int id) {
    }

    private final List<Token> tokens;
    private final PieceTrie trie;

    AddedTokens(List<Token> tokens) {
        this.tokens = List.copyOf(tokens);
        this.trie = new PieceTrie(16 * tokens.size());
        for (int i = 0; i < tokens.size(); i++) {
            trie.add(tokens.get(i).content(), i);
        }
    }

    List<Token> all() {
        return tokens;
    }

    /**
     * Cuts the text at its tokens, the leftmost first and the longest of those.
     *
     * @throws Problem for a special token in a text that may have none
     */
    List<Run> split(String text, int from, int to, Specials mode) {
        List<Run> runs = new ArrayList<>();
        int plainFrom = from;
        for (int at = from; at < to && !tokens.isEmpty(); at++) {
            int end = trie.longest(text, at, to);
            Token token = end == at ? null : tokens.get(trie.id(text.substring(at, end)));
            if (token == null) {
                continue;
            }
            if (token.special() && mode == Specials.REFUSED) {
                throw Problem.failed("the text holds the special token " + token.content(), "at character " + at
                        + ", and special tokens are refused here",
                        "remove it, or allow special tokens");
            }
            boolean counts = !(token.special() && mode == Specials.IGNORED) && !(token.singleWord() && besideWord(text, from, at, end, to));
            int start = at;
            at = end - 1;
            if (!counts) {
                continue;
            }
            while (token.lstrip() && start > plainFrom && Words.isWhiteSpace(text.charAt(start - 1))) {
                start--;
            }
            while (token.rstrip() && end < to && Words.isWhiteSpace(text.charAt(end))) {
                end++;
            }
            if (plainFrom < start) {
                runs.add(new Run(plainFrom, start, -1));
            }
            runs.add(new Run(start, end, token.id()));
            plainFrom = end;
            at = end - 1;
        }
        if (plainFrom < to) {
            runs.add(new Run(plainFrom, to, -1));
        }
        return runs;
    }

    private static boolean besideWord(String text, int from, int start, int end, int to) {
        return start > from && isWord(text.codePointBefore(start)) || end < to && isWord(text.codePointAt(end));
    }

    /** What regular expressions call a word character. */
    private static boolean isWord(int character) {
        int type = Character.getType(character);
        return Character.isAlphabetic(character) || type == Character.DECIMAL_DIGIT_NUMBER || type == Character.CONNECTOR_PUNCTUATION
                || type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK || type == Character.ENCLOSING_MARK
                || character == 0x200C || character == 0x200D;
    }
}
