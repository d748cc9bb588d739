package org.llmsys.tokenizer.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Specials;

/** Finds special tokens such as {@code <|endoftext|>} in a text, before the rest is cut into tokens. */
final class SpecialTokens {

    /** A run of text: a special token, or ordinary text between two. */
    record Piece(int start, int end, boolean special) {
    }

    private final List<String> longestFirst;

    SpecialTokens(List<String> specials) {
        longestFirst = specials.stream().sorted(Comparator.comparingInt(String::length).reversed()).toList();
    }

    /** Cuts the text at its special tokens; of several that begin at one place the longest counts. */
    List<Piece> split(String text, Specials mode) {
        List<Piece> pieces = new ArrayList<>();
        int plainFrom = 0;
        for (int at = 0; mode != Specials.IGNORED && !longestFirst.isEmpty() && at < text.length();) {
            String special = specialAt(text, at);
            if (special == null) {
                at++;
                continue;
            }
            if (mode == Specials.REFUSED) {
                throw Problem.failed("the text holds the special token " + special, "at character " + at + ", and special tokens are refused here",
                        "remove it, or allow special tokens");
            }
            if (plainFrom < at) {
                pieces.add(new Piece(plainFrom, at, false));
            }
            pieces.add(new Piece(at, at + special.length(), true));
            at += special.length();
            plainFrom = at;
        }
        if (plainFrom < text.length()) {
            pieces.add(new Piece(plainFrom, text.length(), false));
        }
        return pieces;
    }

    private String specialAt(String text, int at) {
        for (String special : longestFirst) {
            if (text.startsWith(special, at)) {
                return special;
            }
        }
        return null;
    }
}
