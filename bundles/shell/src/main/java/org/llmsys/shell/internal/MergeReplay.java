package org.llmsys.shell.internal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.tokenizer.ByteLevelTokenizer;
import org.llmsys.tokenizer.MergeHistory.Merge;
import org.llmsys.tokenizer.Tokenizer;

/**
 * Follows one word through the merges of a tokenizer, in the order they were learned.
 *
 * <pre>
 *   begin            l o w e r
 *   1  l + o         lo w e r
 *   2  lo + w        low e r
 * </pre>
 *
 * <p>Doing every merge once, in order, is what happened to the word in training. With byte-pair encoding it is also what encoding does: a
 * merge makes tokens for later merges only. (WordPiece encodes by the longest known piece instead.)
 */
final class MergeReplay {

    private static final int LONG = 6;
    private static final int LOOKED_AT = 1 << 20;
    private static final char METASPACE = '\u2581';
    private static final String CONTINUED = "##";

    private final List<String> symbols;

    private MergeReplay(List<String> symbols) {
        this.symbols = symbols;
    }

    /**
     * The word before the first merge: with the space before it as single bytes or, with SentencePiece's mark for it, as characters;
     * as characters of which all but the first continue a word, where the merges say so as BERT does.
     */
    static MergeReplay of(Tokenizer tokenizer, List<Merge> merges, String word) {
        List<String> symbols = new ArrayList<>();
        if (tokenizer instanceof ByteLevelTokenizer bytes) {
            for (byte b : (" " + word).getBytes(StandardCharsets.UTF_8)) {
                symbols.add(tokenizer.token(bytes.encodeBytes(new byte[] {b})[0]));
            }
        } else if (merges.stream().anyMatch(merge -> merge.right().startsWith(CONTINUED))) {
            word.codePoints().forEach(c -> symbols.add((symbols.isEmpty() ? "" : CONTINUED) + Character.toString(c)));
        } else {
            (METASPACE + word).codePoints().mapToObj(Character::toString).forEach(symbols::add);
        }
        return new MergeReplay(symbols);
    }

    /** Whether the vocabulary has all that the word begins with: else it never went through these merges. */
    boolean isKnownTo(Tokenizer tokenizer) {
        return symbols.stream().allMatch(symbol -> tokenizer.id(symbol).isPresent());
    }

    /** @return whether the word has this pair, which is one token from now on */
    boolean apply(Merge merge) {
        boolean changed = false;
        for (int i = 0; i + 1 < symbols.size(); i++) {
            if (symbols.get(i).equals(merge.left()) && symbols.get(i + 1).equals(merge.right())) {
                symbols.set(i, merge.token());
                symbols.remove(i + 1);
                changed = true;
            }
        }
        return changed;
    }

    /** The word's tokens now. */
    List<String> symbols() {
        return List.copyOf(symbols);
    }

    /** The most frequent words of six letters or more among the first million characters; of equals the longer, then the first in Unicode order. */
    static List<String> frequentWords(String text, int most) {
        Map<String, Integer> counts = new HashMap<>();
        int end = Math.min(text.length(), LOOKED_AT);
        for (int at = 0; at < end;) {
            int start = at;
            while (at < end && Character.isLetter(text.charAt(at))) {
                at++;
            }
            if (at > start) {
                counts.merge(text.substring(start, at), 1, Integer::sum);
            } else {
                at++;
            }
        }
        int enough = counts.keySet().stream().anyMatch(word -> word.length() >= LONG) ? LONG : 1;
        return counts.entrySet().stream().filter(word -> word.getKey().length() >= enough)
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed()
                        .thenComparing(word -> word.getKey().length(), Comparator.reverseOrder()).thenComparing(Map.Entry.comparingByKey()))
                .limit(most).map(Map.Entry::getKey).toList();
    }
}
