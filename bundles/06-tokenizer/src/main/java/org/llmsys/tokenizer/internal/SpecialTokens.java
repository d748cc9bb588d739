package org.llmsys.tokenizer.internal;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeSet;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Specials;

/** Finds special tokens such as {@code <|endoftext|>} in a text, before the rest is cut into tokens. Immutable. */
public final class SpecialTokens {

    /** A run of text: a special token, or ordinary text between two. */
    public record Piece(int start, int end, boolean special) {
    }

    /** In order, so that those with a common beginning stand side by side, the shortest first. */
    private final String[] sorted;
    /** The characters that tokens begin with. */
    private final BitSet firsts = new BitSet();
    /** The only first character, or -1 when there are several: most vocabularies begin all of theirs with {@code <}. */
    private final int onlyFirst;

    /** @param specials the tokens, none empty */
    public SpecialTokens(List<String> specials) {
        sorted = new TreeSet<>(specials).toArray(String[]::new);
        for (String special : sorted) {
            firsts.set(special.charAt(0));
        }
        onlyFirst = firsts.cardinality() == 1 ? firsts.nextSetBit(0) : -1;
    }

    /** Cuts the text at its special tokens; of several that begin at one place the longest counts. */
    public List<Piece> split(String text, Specials mode) {
        List<Piece> pieces = new ArrayList<>();
        int plainFrom = 0;
        for (int at = mode == Specials.IGNORED ? text.length() : next(text, 0); at < text.length(); at = next(text, plainFrom)) {
            int end = endAt(text, at);
            if (mode == Specials.REFUSED) {
                throw Problem.failed("the text holds the special token " + text.substring(at, end),
                        "at character " + at + ", and special tokens are refused here", "remove it, or allow special tokens");
            }
            if (plainFrom < at) {
                pieces.add(new Piece(plainFrom, at, false));
            }
            pieces.add(new Piece(at, end, true));
            plainFrom = end;
        }
        if (plainFrom < text.length()) {
            pieces.add(new Piece(plainFrom, text.length(), false));
        }
        return pieces;
    }

    /** The first place from {@code from} on where a token stands, or the text's end. */
    public int next(String text, int from) {
        for (int at = candidate(text, from); at < text.length(); at = candidate(text, at + 1)) {
            if (endAt(text, at) >= 0) {
                return at;
            }
        }
        return text.length();
    }

    /** The next place where a token may begin, or the text's end. */
    private int candidate(String text, int from) {
        if (onlyFirst >= 0) {
            int found = text.indexOf(onlyFirst, from);
            return found < 0 ? text.length() : found;
        }
        int at = sorted.length == 0 ? text.length() : from;
        while (at < text.length() && !firsts.get(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** The end of the longest token that stands at {@code at}, or -1: all tokens with the beginning seen so far, a character at a time. */
    public int endAt(String text, int at) {
        int end = -1;
        int low = 0;
        int high = sorted.length;
        for (int depth = 0; low < high; depth++) {
            if (sorted[low].length() == depth) {
                end = at + depth;
                low++;
            }
            if (at + depth == text.length()) {
                break;
            }
            low = firstFrom(low, high, depth, text.charAt(at + depth));
            high = firstFrom(low, high, depth, text.charAt(at + depth) + 1);
        }
        return end;
    }

    /** The first of the tokens {@code low} to {@code high} whose character at {@code depth} is {@code character} or a later one. */
    private int firstFrom(int low, int high, int depth, int character) {
        while (low < high) {
            int middle = low + high >>> 1;
            if (sorted[middle].charAt(depth) < character) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
