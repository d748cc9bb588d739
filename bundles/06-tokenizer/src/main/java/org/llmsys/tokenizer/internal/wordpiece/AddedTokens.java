package org.llmsys.tokenizer.internal.wordpiece;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.internal.SpecialTokens;
import org.llmsys.tokenizer.internal.Words;

/**
 * Cuts a text at its added tokens, as Hugging Face's tokenizers do: of several that begin at one place the longest counts; if it may not
 * stand there (a single word inside another, a special token that is ignored), its place is text. Immutable.
 */
final class AddedTokens {

    /** A token and the white space it takes along, or ordinary text between two: then {@code token} is null. */
    record Run(AddedToken token, int from, int to) {
    }

    private final Map<String, AddedToken> tokens = new HashMap<>();
    private final SpecialTokens all;
    private final SpecialTokens special;
    private final SpecialTokens ordinary;
    private final boolean plain;

    AddedTokens(List<AddedToken> tokens) {
        tokens.forEach(token -> this.tokens.put(token.content(), token));
        this.all = found(tokens);
        this.special = found(tokens.stream().filter(AddedToken::special).toList());
        this.ordinary = found(tokens.stream().filter(token -> !token.special()).toList());
        this.plain = tokens.stream().allMatch(AddedToken::isPlain);
    }

    private static SpecialTokens found(List<AddedToken> tokens) {
        return new SpecialTokens(tokens.stream().map(AddedToken::content).toList());
    }

    /**
     * The runs in order.
     *
     * @throws org.llmsys.assembly.Problem when special tokens are refused and one stands in the text
     */
    List<Run> split(String text, Specials mode) {
        if (mode == Specials.REFUSED) {
            special.split(text, mode);
        }
        List<Run> runs = new ArrayList<>();
        int plainFrom = 0;
        for (SpecialTokens.Piece piece : (mode == Specials.RECOGNIZED ? all : ordinary).split(text, Specials.RECOGNIZED)) {
            AddedToken token = piece.special() ? tokens.get(text.substring(piece.start(), piece.end())) : null;
            if (token == null || !plain && token.singleWord() && isInWord(text, piece.start(), piece.end())) {
                continue;
            }
            int from = token.leftStrip() ? Math.max(plainFrom, whiteBefore(text, piece.start())) : piece.start();
            int to = token.rightStrip() ? whiteAfter(text, piece.end()) : piece.end();
            if (plainFrom < from) {
                runs.add(new Run(null, plainFrom, from));
            }
            runs.add(new Run(token, from, to));
            plainFrom = to;
        }
        if (plainFrom < text.length()) {
            runs.add(new Run(null, plainFrom, text.length()));
        }
        return runs;
    }

    private static boolean isInWord(String text, int from, int to) {
        return from > 0 && Words.isWordCharacter(text.codePointBefore(from)) || to < text.length() && Words.isWordCharacter(text.codePointAt(to));
    }

    // all white space is in Unicode's first plane
    private static int whiteBefore(String text, int at) {
        int from = at;
        while (from > 0 && Words.isWhiteSpace(text.charAt(from - 1))) {
            from--;
        }
        return from;
    }

    private static int whiteAfter(String text, int at) {
        int to = at;
        while (to < text.length() && Words.isWhiteSpace(text.charAt(to))) {
            to++;
        }
        return to;
    }
}
