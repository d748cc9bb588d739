package org.llmsys.tokenizer.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Specials;

/** Finds special tokens such as {@code <|endoftext|>} in a text, before the rest is cut into tokens. Immutable. */
public final class SpecialTokens {

    /** A run of text: a special token, or ordinary text between two. */
    public record Piece(int start, int end, boolean special) {
    }

    /** For each first character, the tokens that begin with it, the longest first. */
    private final Map<Character, List<String>> byFirst = new HashMap<>();
    /** The only first character, or -1 when there are several: most vocabularies begin all of theirs with {@code <}. */
    private final int onlyFirst;

    /** @param specials the tokens, none empty */
    public SpecialTokens(List<String> specials) {
        for (String special : specials) {
            byFirst.computeIfAbsent(special.charAt(0), first -> new ArrayList<>()).add(special);
        }
        byFirst.values().forEach(tokens -> tokens.sort(Comparator.comparingInt(String::length).reversed()));
        onlyFirst = byFirst.size() == 1 ? byFirst.keySet().iterator().next() : -1;
    }

    /** Cuts the text at its special tokens; of several that begin at one place the longest counts. */
    public List<Piece> split(String text, Specials mode) {
        List<Piece> pieces = new ArrayList<>();
        int plainFrom = 0;
        for (int at = mode == Specials.IGNORED ? text.length() : candidate(text, 0); at < text.length();) {
            String special = specialAt(text, at);
            if (special == null) {
                at = candidate(text, at + 1);
                continue;
            }
            if (mode == Specials.REFUSED) {
                throw Problem.failed("the text holds the special token " + special, "at character " + at + ", and special tokens are refused here",
                        "remove it, or allow special tokens");
            }
            if (plainFrom < at) {
                pieces.add(new Piece(plainFrom, at, false));
            }
            plainFrom = at + special.length();
            pieces.add(new Piece(at, plainFrom, true));
            at = candidate(text, plainFrom);
        }
        if (plainFrom < text.length()) {
            pieces.add(new Piece(plainFrom, text.length(), false));
        }
        return pieces;
    }

    /** The next place where a special token may begin, or the text's end. */
    private int candidate(String text, int from) {
        if (byFirst.isEmpty()) {
            return text.length();
        }
        if (onlyFirst < 0) {
            return from;
        }
        int found = text.indexOf(onlyFirst, from);
        return found < 0 ? text.length() : found;
    }

    private String specialAt(String text, int at) {
        for (String special : byFirst.getOrDefault(text.charAt(at), List.of())) {
            if (text.startsWith(special, at)) {
                return special;
            }
        }
        return null;
    }
}
