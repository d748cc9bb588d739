package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.llmsys.tokenizer.internal.Counts;

/**
 * Learns pieces from a text, plainly: both trainers look through all distinct words again after each decision. What every vocabulary
 * begins with: {@code <unk> <s> </s>}, the 256 bytes, the characters of the text.
 */
final class PieceTrainer {

    private static final int LONGEST_PIECE = 16;
    private static final int ROUNDS = 4;
    private static final int FIXED = 3 + 256;

    private final Map<String, Integer> words;
    private final List<String> characters;
    private final TrainingSettings settings;
    private final Job job;

    /** A distinct word, its symbols so far, and how often it occurs. */
    private record Word(List<String> symbols, int count) {
    }

    PieceTrainer(String text, TrainingSettings settings, Job job) {
        this.settings = settings;
        this.job = job;
        this.words = words(text);
        this.characters = Counts.of(text.codePoints().mapToObj(c -> Character.toString(c == ' ' ? Pieces.SPACE : c)), new TrainingSettings(0, settings.minFrequency()));
        if (words.isEmpty()) {
            throw Problem.failed("cannot learn a vocabulary", "the text is empty", "give a longer text");
        }
        if (settings.vocabSize() != 0 && settings.vocabSize() < FIXED + characters.size()) {
            throw Problem.misused("cannot learn a vocabulary of " + settings.vocabSize(), "the special pieces, 256 bytes and " + characters.size()
                    + " characters take " + (FIXED + characters.size()), "ask for more, or raise the minimum frequency");
        }
    }

    /** Words with the space before them, and how often each occurs. */
    private static Map<String, Integer> words(String text) {
        Map<String, Integer> words = new LinkedHashMap<>();
        SpacedText spaced = SpacedText.of(text, 0, text.length(), Spacing.LLAMA, true);
        int start = 0;
        for (int at = 1; at <= spaced.length; at++) {
            if (at == spaced.length || spaced.characters[at] == Pieces.SPACE && spaced.characters[at - 1] != Pieces.SPACE) {
                words.merge(spaced.text(start, at), 1, Integer::sum);
                start = at;
            }
        }
        return words;
    }

    private List<Pieces.Piece> fixed() {
        List<Pieces.Piece> pieces = new ArrayList<>(List.of(new Pieces.Piece("<unk>", 0, PieceType.UNKNOWN),
                new Pieces.Piece("<s>", 0, PieceType.CONTROL), new Pieces.Piece("</s>", 0, PieceType.CONTROL)));
        for (int b = 0; b < 256; b++) {
            pieces.add(new Pieces.Piece(String.format("<0x%02X>", b), 0, PieceType.BYTE));
        }
        return pieces;
    }

    /**
     * Byte-pair encoding: the pair of neighbours that occurs most often becomes a piece, again and again; of equally frequent pairs the
     * first in Unicode order. The n-th piece has the score -n; the characters come last.
     */
    Pieces merges() {
        List<Word> split = new ArrayList<>();
        words.forEach((word, count) -> split.add(new Word(new ArrayList<>(word.codePoints().mapToObj(Character::toString).toList()), count)));
        Set<String> merged = new LinkedHashSet<>();
        int most = settings.vocabSize() == 0 ? Pieces.MOST / 2 : settings.vocabSize() - FIXED - characters.size();
        while (merged.size() < most) {
            job.advance(merged.size());
            Map<List<String>, Integer> pairs = new HashMap<>();
            split.forEach(word -> {
                for (int i = 0; i + 1 < word.symbols().size(); i++) {
                    pairs.merge(word.symbols().subList(i, i + 2).stream().toList(), word.count(), Integer::sum);
                }
            });
            List<String> best = pairs.entrySet().stream().filter(pair -> pair.getValue() >= Math.max(2, settings.minFrequency()))
                    .max(Map.Entry.<List<String>, Integer>comparingByValue().thenComparing(pair -> String.join("\0", pair.getKey()), Comparator.reverseOrder()))
                    .map(Map.Entry::getKey).orElse(null);
            if (best == null) {
                break;
            }
            String piece = String.join("", best);
            merged.add(piece);
            split.forEach(word -> merge(word.symbols(), best));
        }
        List<Pieces.Piece> pieces = fixed();
        merged.forEach(piece -> pieces.add(new Pieces.Piece(piece, FIXED - pieces.size(), PieceType.NORMAL)));
        characters.forEach(c -> pieces.add(new Pieces.Piece(c, FIXED - pieces.size(), PieceType.NORMAL)));
        return new Pieces(pieces);
    }

    private static void merge(List<String> word, List<String> pair) {
        for (int i = 0; i + 1 < word.size(); i++) {
            if (word.get(i).equals(pair.get(0)) && word.get(i + 1).equals(pair.get(1))) {
                word.set(i, pair.get(0) + pair.get(1));
                word.remove(i + 1);
            }
        }
    }

    /**
     * Unigram: begins with every part of a word that occurs twice, cuts all words in the best way, gives each piece the logarithm of its
     * share, leaves out what was not used, and begins again.
     */
    Pieces unigram() {
        Map<String, Long> counts = new HashMap<>();
        words.forEach((word, count) -> {
            for (int from = 0; from < word.length(); from = word.offsetByCodePoints(from, 1)) {
                for (int to = from; to < word.length() && to - from < LONGEST_PIECE;) {
                    to = word.offsetByCodePoints(to, 1);
                    counts.merge(word.substring(from, to), (long) count * (to - from), Long::sum);
                }
            }
        });
        counts.entrySet().removeIf(entry -> entry.getValue() < 2L * entry.getKey().length());
        Pieces pieces = scored(counts, Pieces.MOST / 2);
        for (int round = 0; round < ROUNDS; round++) {
            job.advance(round);
            Map<String, Long> used = new HashMap<>();
            Segmenter segmenter = new ViterbiSegmenter(pieces, true);
            words.forEach((word, count) -> {
                Spacing asIs = new Spacing(Spacing.Prefix.NONE, false, false, false);
                SpacedText text = SpacedText.of(word, 0, word.length(), asIs, true);
                segmenter.segment(text, 0, text.length, (id, from, to) -> used.merge(text.text(from, to), (long) count, Long::sum));
            });
            pieces = scored(used, settings.vocabSize() == 0 ? Pieces.MOST / 2 : settings.vocabSize() - FIXED - characters.size());
        }
        return pieces;
    }

    /** The most frequent pieces and all characters, with the logarithms of their shares. */
    private Pieces scored(Map<String, Long> counts, int most) {
        double total = counts.values().stream().mapToLong(Long::longValue).sum() + characters.size();
        List<Pieces.Piece> pieces = fixed();
        Comparator<Map.Entry<String, Long>> order = Map.Entry.<String, Long>comparingByValue().reversed()
                .thenComparing(Map.Entry.comparingByKey(Counts.BY_CODE_POINT));
        counts.entrySet().stream().filter(entry -> !characters.contains(entry.getKey()) && entry.getKey().codePointCount(0, entry.getKey().length()) > 1)
                .sorted(order).limit(most)
                .forEach(entry -> pieces.add(new Pieces.Piece(entry.getKey(), (float) Math.log(entry.getValue() / total), PieceType.NORMAL)));
        characters.forEach(c -> pieces.add(new Pieces.Piece(c, (float) Math.log((counts.getOrDefault(c, 0L) + 1) / total), PieceType.NORMAL)));
        return new Pieces(pieces);
    }
}
