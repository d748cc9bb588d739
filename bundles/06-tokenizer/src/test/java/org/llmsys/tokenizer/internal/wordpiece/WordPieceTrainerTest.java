package org.llmsys.tokenizer.internal.wordpiece;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.MergeHistory;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;

class WordPieceTrainerTest {

    @Test
    @DisplayName("hug pug pun bun hugs: ##g ##s joins first, because s stands after g only, though ##u ##g is more frequent")
    void byHand() {
        String text = "hug ".repeat(10) + "pug ".repeat(5) + "pun ".repeat(12) + "bun ".repeat(4) + "hugs ".repeat(5);
        Tokenizer tokenizer = train(text, 5 + 7 + 2, 1);
        assertEquals(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "##g", "##n", "##s", "##u", "b", "h", "p", "##gs", "pu"), tokens(tokenizer));
    }

    @Test
    @DisplayName("incremental counts give the merges that counting everything anew before each merge gives")
    void likeCountingAnew() {
        Random random = new Random(13);
        for (int round = 0; round < 20; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 207; i++) {
                text.append("aab c".charAt(random.nextInt(5))).append(random.nextInt(4) == 0 ? " " : "");
            }
            int minFrequency = 1 + round % 3;
            assertEquals(plainly(text.toString(), minFrequency), tokens(train(text.toString(), 0, minFrequency)), text.toString());
        }
    }

    @Test
    @DisplayName("the limit of the vocabulary and the minimum frequency hold; too small, empty and cancelled are refused")
    void limits() {
        String text = "the old clock stood in the old hall";
        assertEquals(20, train(text, 20, 1).vocabSize());
        assertEquals(6, train(text, 6, 1).vocabSize());
        assertTrue(tokens(train(text, 0, 1)).contains("clock"));
        assertTrue(tokens(train(text, 0, 2)).stream().noneMatch("clock"::equals));
        assertThrows(Problem.class, () -> train(text, 5, 1));
        assertThrows(Problem.class, () -> train(text, 0, 0));
        assertThrows(Problem.class, () -> train(" \n ", 0, 1));
        assertThrows(Problem.class, () -> train("ab", 0, 2));
        Job job = Job.silent("test");
        job.cancel();
        assertThrows(CancellationException.class, () -> new WordPieceType().train(text, TrainingSettings.DEFAULTS, job));
    }

    @Test
    @DisplayName("the joins are remembered in order, with their counts: replayed on the words they give the pieces that the counts are of")
    void history() {
        String text = "hug ".repeat(10) + "pug ".repeat(5) + "pun ".repeat(12) + "bun ".repeat(4) + "hugs ".repeat(5);
        MergeHistory trained = (MergeHistory) train(text, 0, 1);
        Tokenizer tokenizer = (Tokenizer) trained;
        List<List<String>> words = new ArrayList<>();
        for (String word : text.trim().split(" ")) {
            List<String> pieces = new ArrayList<>();
            for (int i = 0; i < word.length(); i++) {
                pieces.add((i == 0 ? "" : "##") + word.charAt(i));
            }
            words.add(pieces);
        }
        for (MergeHistory.Merge merge : trained.merges()) {
            long count = 0;
            for (List<String> word : words) {
                for (int i = 0; i + 1 < word.size(); i++) {
                    if (word.get(i).equals(merge.left()) && word.get(i + 1).equals(merge.right())) {
                        word.set(i, merge.token());
                        word.remove(i + 1);
                        count++;
                    }
                }
            }
            assertEquals(count, merge.count(), merge.toString());
            assertEquals(merge.token(), tokenizer.token(merge.id()));
        }
        assertTrue(words.stream().allMatch(word -> word.size() == 1));
        assertEquals("##gs", trained.merges().getFirst().token());
    }

    @Test
    @DisplayName("training reports how far it is, with a total, and ends when it is cancelled while it counts and while it joins")
    void progress() {
        String text = "the old clock stood in the old hall and struck ten\n".repeat(4000);
        for (String phase : List.of("counting words", "joining pieces")) {
            Job[] self = new Job[1];
            List<Job.Progress> seen = new ArrayList<>();
            self[0] = new Job("test", "steps", 0, progress -> {
                seen.add(progress);
                if (progress.message().equals(phase) && progress.done() > 0) {
                    self[0].cancel();
                }
            });
            assertThrows(CancellationException.class, () -> new WordPieceType().train(text, new TrainingSettings(40, 1), self[0]));
            assertEquals(phase, seen.getLast().message());
            assertTrue(seen.getLast().total() > 0 && seen.getLast().done() <= seen.getLast().total());
        }
    }

    /** Each step counts all words from nothing. */
    private static List<String> plainly(String text, int minFrequency) {
        List<String> tokens = new ArrayList<>(WordPieceSettings.SPECIALS);
        List<List<String>> words = new ArrayList<>();
        Map<String, Integer> characters = new TreeMap<>();
        for (String word : text.trim().split(" +")) {
            List<String> pieces = new ArrayList<>();
            for (int i = 0; i < word.length(); i++) {
                pieces.add((i == 0 ? "" : "##") + word.charAt(i));
            }
            pieces.forEach(piece -> characters.merge(piece, 1, Integer::sum));
            words.add(pieces);
        }
        characters.forEach((piece, count) -> {
            if (count >= minFrequency) {
                tokens.add(piece);
            }
        });
        words.removeIf(word -> !tokens.containsAll(word));
        while (true) {
            Map<String, Long> counts = new TreeMap<>();
            Map<List<String>, Long> pairs = new java.util.HashMap<>();
            for (List<String> word : words) {
                word.forEach(piece -> counts.merge(piece, 1L, Long::sum));
                for (int i = 1; i < word.size(); i++) {
                    pairs.merge(List.of(word.get(i - 1), word.get(i)), 1L, Long::sum);
                }
            }
            PiecePair best = null;
            for (Map.Entry<List<String>, Long> entry : pairs.entrySet()) {
                PiecePair pair = new PiecePair(tokens.indexOf(entry.getKey().get(0)), tokens.indexOf(entry.getKey().get(1)));
                pair.count = entry.getValue();
                pair.score = pair.count / ((double) counts.get(entry.getKey().get(0)) * counts.get(entry.getKey().get(1)));
                if (pair.count >= minFrequency && (best == null || pair.isBefore(best))) {
                    best = pair;
                }
            }
            if (best == null) {
                return tokens;
            }
            String left = tokens.get(best.left);
            String right = tokens.get(best.right);
            String joined = left + right.substring(2);
            if (!tokens.contains(joined)) {
                tokens.add(joined);
            }
            for (List<String> word : words) {
                for (int i = 0; i + 1 < word.size(); i++) {
                    if (word.get(i).equals(left) && word.get(i + 1).equals(right)) {
                        word.set(i, joined);
                        word.remove(i + 1);
                    }
                }
            }
        }
    }

    private static Tokenizer train(String text, int vocabSize, int minFrequency) {
        return new WordPieceType().train(text, new TrainingSettings(vocabSize, minFrequency), Job.silent("test"));
    }

    private static List<String> tokens(Tokenizer tokenizer) {
        List<String> tokens = new ArrayList<>();
        for (int id = 0; id < tokenizer.vocabSize(); id++) {
            tokens.add(tokenizer.token(id));
        }
        return tokens;
    }
}
