package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;

/**
 * What both trainers begin with: the distinct words of a text, how often each occurs, and its characters.
 *
 * <p>A word is the spaces before it and then letters of one script, digits, or other characters: so no piece that is learned holds letters
 * and punctuation, or two scripts, as SentencePiece does it by default. Every vocabulary begins with {@code <unk> <s> </s>} and the 256
 * bytes, and holds every character.
 *
 * @param words      in the order of their first occurrence
 * @param counts     for each word
 * @param characters the most frequent first
 */
record TrainingWords(List<String> words, int[] counts, List<String> characters) {

    /** Ids before those that are learned. */
    static final int FIXED = 3 + 256;
    /** Characters of the longest piece that is learned. */
    static final int LONGEST_PIECE = 16;
    private static final int LONGEST_WORD = 1024;
    private static final int CHECK_EVERY = 1 << 20;

    static TrainingWords of(String text, TrainingSettings settings, Job job) {
        TextNormalizer.requireWhole(text);
        if (text.isEmpty()) {
            throw Problem.failed("cannot learn a vocabulary", "the text is empty", "give a longer text");
        }
        job.say("counting words");
        Map<String, int[]> words = new LinkedHashMap<>();
        int start = 0;
        int kind = OTHER;
        for (int at = 0; at < text.length();) {
            int character = text.codePointAt(at);
            boolean space = character == ' ' || character == Pieces.SPACE;
            boolean afterSpace = at > 0 && (text.charAt(at - 1) == ' ' || text.charAt(at - 1) == Pieces.SPACE);
            int next = space ? OTHER : kind(character, afterSpace || at == 0 ? OTHER : kind);
            if (at > start && (space ? !afterSpace : !afterSpace && next != kind || at - start >= LONGEST_WORD)) {
                add(text, start, at, words);
                start = at;
            }
            kind = next;
            at += Character.charCount(character);
            if (at % CHECK_EVERY == 0) {
                job.checkpoint();
            }
        }
        add(text, start, text.length(), words);
        return of(words, settings);
    }

    private static void add(String text, int from, int to, Map<String, int[]> words) {
        String word = text.substring(from, to).replace(' ', Pieces.SPACE);
        words.computeIfAbsent(from == 0 ? Pieces.SPACE + word : word, absent -> new int[1])[0]++;
    }

    private static TrainingWords of(Map<String, int[]> words, TrainingSettings settings) {
        Map<Integer, long[]> seen = new HashMap<>();
        words.forEach((word, count) -> word.codePoints().forEach(c -> seen.computeIfAbsent(c, absent -> new long[1])[0] += count[0]));
        List<String> characters = seen.entrySet().stream().filter(entry -> entry.getValue()[0] >= settings.minFrequency())
                .sorted((a, b) -> a.getValue()[0] != b.getValue()[0] ? Long.compare(b.getValue()[0], a.getValue()[0]) : a.getKey() - b.getKey())
                .map(entry -> Character.toString(entry.getKey())).toList();
        if (settings.vocabSize() < 0 || settings.minFrequency() < 1
                || settings.vocabSize() != 0 && settings.vocabSize() < FIXED + characters.size()) {
            throw Problem.misused("cannot learn a vocabulary of " + settings.vocabSize() + " with minimum frequency " + settings.minFrequency(),
                    "the special pieces, 256 bytes and " + characters.size() + " characters take " + (FIXED + characters.size())
                            + ", and the frequency is 1 or more",
                    "ask for more, or raise the minimum frequency");
        }
        return new TrainingWords(List.copyOf(words.keySet()), words.values().stream().mapToInt(count -> count[0]).toArray(), characters);
    }

    private static final int OTHER = -1;
    private static final int DIGIT = -2;

    /** What kind of character it is: a script for letters. Marks are of the kind of what is before them. */
    private static int kind(int character, int before) {
        int type = Character.getType(character);
        if (type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK || type == Character.ENCLOSING_MARK) {
            return before;
        }
        if (Character.isDigit(character)) {
            return DIGIT;
        }
        if (!Character.isLetter(character)) {
            return OTHER;
        }
        Character.UnicodeScript script = Character.UnicodeScript.of(character);
        return switch (script) {
            case HIRAGANA, KATAKANA -> Character.UnicodeScript.HAN.ordinal();
            case COMMON, INHERITED -> before >= 0 ? before : script.ordinal();
            default -> script.ordinal();
        };
    }

    /** How many pieces beyond the fixed ones and the characters are wanted at most. */
    int wanted(TrainingSettings settings) {
        return settings.vocabSize() == 0 ? Pieces.MOST / 2 : settings.vocabSize() - FIXED - characters.size();
    }

    /** The pieces that every vocabulary begins with. */
    static List<Pieces.Piece> fixed() {
        List<Pieces.Piece> pieces = new ArrayList<>(List.of(new Pieces.Piece("<unk>", 0, PieceType.UNKNOWN),
                new Pieces.Piece("<s>", 0, PieceType.CONTROL), new Pieces.Piece("</s>", 0, PieceType.CONTROL)));
        for (int b = 0; b < 256; b++) {
            pieces.add(new Pieces.Piece(String.format("<0x%02X>", b), 0, PieceType.BYTE));
        }
        return pieces;
    }

    /** Whether a piece may be learned: the fixed ones must not stand twice in a vocabulary. */
    static boolean isFixed(String text) {
        return Pieces.isByte(text) || text.equals("<unk>") || text.equals("<s>") || text.equals("</s>");
    }
}
