package org.llmsys.tokenizer.internal.bytepair;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.MergeHistory;
import org.llmsys.tokenizer.MergeHistory.Merge;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;

class TrainingTest {

    private final ByteBpeType fast = new ByteBpeType();
    private final BpeType plain = new BpeType();

    @Test
    @DisplayName("byte-bpe by hand: hug ×10, pug ×5, pun ×12, bun ×4, hugs ×5 teach ug (20), un (16), hug (15)")
    void byHand() {
        String text = "hug\n".repeat(10) + "pug\n".repeat(5) + "pun\n".repeat(12) + "bun\n".repeat(4) + "hugs\n".repeat(5);
        Tokenizer tokenizer = fast.train(text, new TrainingSettings(256 + 1 + 3, 1), Job.silent("t"));
        assertEquals(260, tokenizer.vocabSize());
        assertEquals(259, tokenizer.endOfText().orElseThrow());
        List<Merge> merges = ((MergeHistory) tokenizer).merges();
        assertEquals(List.of(new Merge(256, "u", "g", "ug", 20), new Merge(257, "u", "n", "un", 16), new Merge(258, "h", "ug", "hug", 15)), merges);
        assertArrayEquals(new int[] {258, tokenizer.id("s").orElseThrow()}, tokenizer.encode("hugs"));
    }

    @Test
    @DisplayName("bpe by hand: abababc teaches ab (3) and abab (2, they overlap), and then no pair stands there twice")
    void plainByHand() {
        Tokenizer tokenizer = plain.train("abababc", TrainingSettings.DEFAULTS, Job.silent("t"));
        assertEquals(List.of(new Merge(256, "a", "b", "ab", 3), new Merge(257, "ab", "ab", "abab", 2)), ((MergeHistory) tokenizer).merges());
        assertArrayEquals(new int[] {257, 'c'}, tokenizer.encode("ababc"));
        assertEquals("abc", tokenizer.decode(tokenizer.encode("abc")));
    }

    @Test
    @DisplayName("byte-bpe with counts kept up to date learns exactly what counting anew for each merge teaches")
    void sameAsCountingAnew() {
        Random random = new Random(8);
        for (int run = 0; run < 60; run++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 400; i++) {
                text.append("aab c\u00E9".charAt(random.nextInt(6)));
            }
            MergeHistory tokenizer = (MergeHistory) fast.train(text.toString(), new TrainingSettings(256 + 1 + 40, 2), Job.silent("t"));
            assertEquals(countingAnew(text.toString(), 40, 2), tokenizer.merges().stream().map(m -> m.left() + " " + m.right() + " " + m.count()).toList());
        }
    }

    /** The definition: cut, count all pairs, merge the most frequent (ties: smaller ids), again. */
    private List<String> countingAnew(String text, int merges, int frequency) {
        byte[] bytes = Utf8.bytes(text, 0);
        Tokenizer empty = fast.train("x", new TrainingSettings(257, 1), Job.silent("t"));
        List<List<Integer>> pieces = new ArrayList<>();
        for (int at = 0; at < bytes.length;) {
            int end = Cut.GPT2.scanner().end(bytes, at, bytes.length);
            List<Integer> piece = new ArrayList<>();
            for (; at < end; at++) {
                piece.add(empty.id(ByteAlphabet.write(new byte[] {bytes[at]})).orElseThrow());
            }
            pieces.add(piece);
        }
        List<String> names = new ArrayList<>();
        for (int id = 0; id < 256; id++) {
            names.add(empty.token(id));
        }
        List<String> learned = new ArrayList<>();
        while (names.size() < 256 + merges) {
            Map<List<Integer>, Integer> counts = new HashMap<>();
            pieces.forEach(piece -> {
                for (int i = 0; i + 1 < piece.size(); i++) {
                    counts.merge(List.copyOf(piece.subList(i, i + 2)), 1, Integer::sum);
                }
            });
            List<Integer> best = counts.keySet().stream().max(java.util.Comparator.<List<Integer>>comparingInt(counts::get)
                    .thenComparing(pair -> -pair.get(0)).thenComparing(pair -> -pair.get(1))).orElse(null);
            if (best == null || counts.get(best) < frequency) {
                break;
            }
            String token = names.get(best.get(0)) + names.get(best.get(1));
            learned.add(names.get(best.get(0)) + " " + names.get(best.get(1)) + " " + counts.get(best));
            int id = names.contains(token) ? names.indexOf(token) : names.size();
            if (id == names.size()) {
                names.add(token);
            }
            for (List<Integer> piece : pieces) {
                for (int i = 0; i + 1 < piece.size(); i++) {
                    if (piece.get(i).equals(best.get(0)) && piece.get(i + 1).equals(best.get(1))) {
                        piece.set(i, id);
                        piece.remove(i + 1);
                    }
                }
            }
        }
        return learned;
    }

    @Test
    @DisplayName("<|endoftext|> in the training text separates documents and teaches nothing")
    void documents() {
        String text = "ab<|endoftext|>".repeat(50);
        List<Merge> merges = ((MergeHistory) fast.train(text, new TrainingSettings(0, 2), Job.silent("t"))).merges();
        assertEquals(List.of(new Merge(256, "a", "b", "ab", 50)), merges);
    }

    @Test
    @DisplayName("sizes below the bytes and frequencies below 1 are refused; a job that is cancelled stops the training")
    void edges() {
        for (TrainingSettings bad : List.of(new TrainingSettings(255, 1), new TrainingSettings(-1, 1), new TrainingSettings(0, 0))) {
            assertThrows(Problem.class, () -> fast.train("abc", bad, Job.silent("t")));
            assertThrows(Problem.class, () -> plain.train("abc", bad, Job.silent("t")));
        }
        assertThrows(Problem.class, () -> fast.train("", TrainingSettings.DEFAULTS, Job.silent("t")));
        Job job = Job.silent("t");
        job.cancel();
        assertThrows(CancellationException.class, () -> fast.train("some words, some more words", TrainingSettings.DEFAULTS, job));
        assertThrows(CancellationException.class, () -> plain.train("some words, some more words", TrainingSettings.DEFAULTS, job));
    }

    @Test
    @DisplayName("a job that is cancelled ends the training in each of its phases, and each phase is told of")
    void cancelledInEachPhase() {
        for (String phase : List.of("counting pieces", "counting pairs", "merging")) {
            Job[] job = new Job[1];
            job[0] = new Job("t", "tokens", 0, progress -> {
                if (progress.message().equals(phase)) {
                    job[0].cancel();
                }
            });
            assertThrows(CancellationException.class, () -> fast.train("some words, some more words", TrainingSettings.DEFAULTS, job[0]), phase);
        }
    }

    @Test
    @DisplayName("bpe and byte-bpe each claim their own tokenizer.json, and byte-bpe gives the same ids for bpe's file")
    void ownFiles() {
        String text = "the cat and the hat and the bat on the mat";
        Tokenizer bpe = plain.train(text, TrainingSettings.DEFAULTS, Job.silent("t"));
        Tokenizer byteBpe = fast.train(text, TrainingSettings.DEFAULTS, Job.silent("t"));
        assertTrue(plain.reads(bpe.toJson()) && !fast.reads(bpe.toJson()));
        assertTrue(fast.reads(byteBpe.toJson()) && !plain.reads(byteBpe.toJson()));
        assertFalse(plain.reads("{}") || fast.reads("[") || plain.reads("[".repeat(100_000)));
        assertArrayEquals(bpe.encode(text), plain.read(bpe.toJson()).encode(text));
        assertArrayEquals(bpe.encode(text), fast.read(bpe.toJson()).encode(text));
        assertThrows(Problem.class, () -> plain.read(byteBpe.toJson()));
    }
}
