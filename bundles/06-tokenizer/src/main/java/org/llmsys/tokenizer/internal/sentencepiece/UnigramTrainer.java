package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import org.llmsys.assembly.Job;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;

/**
 * Learns a unigram vocabulary: from many {@link SeedPieces} the pieces go that the text can best do without.
 *
 * <pre>
 *   P(x) = product of p(piece)          the probability of one way to cut a word
 *   E: expected count of a piece = sum over words and ways to cut, each weighted with its probability (forward-backward)
 *   M: log p = digamma(count) - digamma(sum of counts);  pieces with an expected count below 1/2 go
 *   prune: a piece goes when, cut into others instead, the text becomes hardly less probable; a quarter a round at most
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1804.10959">Kudo, Subword Regularization, section 3.2</a>
 */
final class UnigramTrainer {

    private static final int MOST_SEEDS = 1_000_000;
    private static final int STEPS_A_ROUND = 2;
    private static final double SPARE = 1.1;
    private static final double KEPT_A_ROUND = 0.75;
    private static final double LEAST_COUNT = 0.5;

    private final TrainingWords words;
    private final Job job;
    private final Set<String> characters;
    private List<String> texts = new ArrayList<>();
    private double[] scores;
    private WordLattice lattice;

    private UnigramTrainer(TrainingWords words, Job job) {
        this.words = words;
        this.job = job;
        this.characters = new HashSet<>(words.characters());
    }

    static Pieces train(TrainingWords words, TrainingSettings settings, Job job) {
        return new UnigramTrainer(words, job).train(words.wanted(settings) + words.characters().size(), Math.max(2, settings.minFrequency()));
    }

    private Pieces train(int wanted, int frequency) {
        job.say("looking for seed pieces");
        seed(frequency);
        int desired = (int) (wanted * SPARE);
        int rounds = texts.size() <= desired ? 1 : 2 + (int) Math.ceil(Math.log((double) texts.size() / desired) / -Math.log(KEPT_A_ROUND));
        job.total(rounds);
        job.say("expectation and maximization");
        for (int round = 0;; round++) {
            job.advance(Math.min(round, rounds));
            for (int step = 0; step < STEPS_A_ROUND; step++) {
                maximize(expected());
            }
            if (texts.size() <= desired) {
                job.advance(rounds);
                return finish(wanted);
            }
            prune(Math.max(desired, (int) (KEPT_A_ROUND * texts.size())));
        }
    }

    private void seed(int frequency) {
        Map<String, Long> counts = new LinkedHashMap<>();
        words.characters().forEach(c -> counts.put(c, 1L));
        for (int word = 0; word < words.words().size(); word++) {
            int times = words.counts()[word];
            words.words().get(word).codePoints().forEach(c -> counts.computeIfPresent(Character.toString(c), (one, count) -> count + times));
        }
        SeedPieces.of(words, frequency, MOST_SEEDS, job).forEach(seed -> counts.put(seed.text(), seed.weight()));
        double logSum = Math.log(counts.values().stream().mapToDouble(Long::doubleValue).sum());
        texts = new ArrayList<>(counts.keySet());
        scores = counts.values().stream().mapToDouble(count -> Math.log(count) - logSum).toArray();
        lattice = new WordLattice(texts, scores);
    }

    private double[] expected() {
        double[] counts = new double[texts.size()];
        for (int word = 0; word < words.words().size(); word++) {
            lattice.addExpected(words.words().get(word), words.counts()[word], counts);
            if ((word & 0xFFF) == 0) {
                job.checkpoint();
            }
        }
        return counts;
    }

    /** Characters stay, so that every word can be cut. */
    private void maximize(double[] counts) {
        List<String> kept = new ArrayList<>();
        double[] keptCounts = new double[counts.length];
        double sum = 0;
        for (int id = 0; id < counts.length; id++) {
            boolean character = characters.contains(texts.get(id));
            if (counts[id] >= LEAST_COUNT || character) {
                keptCounts[kept.size()] = Math.max(counts[id], LEAST_COUNT);
                sum += keptCounts[kept.size()];
                kept.add(texts.get(id));
            }
        }
        double logSum = digamma(sum);
        replace(kept, IntStream.range(0, kept.size()).mapToDouble(id -> digamma(keptCounts[id]) - logSum).toArray());
    }

    private void replace(List<String> kept, double[] keptScores) {
        texts = kept;
        scores = keptScores;
        lattice = new WordLattice(texts, scores);
    }

    /** A piece for which the text could be cut otherwise, and how much less probable the text would be. */
    private record Candidate(int id, double loss) {
    }

    private void prune(int size) {
        double[] frequency = new double[texts.size()];
        double[] inWords = new double[texts.size()];
        double all = 0;
        for (int word = 0; word < words.words().size(); word++) {
            int times = words.counts()[word];
            all += times;
            int[] best = lattice.best(words.words().get(word), -1);
            for (int i = 0; i < best.length; i++) {
                int id = best[i];
                frequency[id] += times;
                inWords[id] += IntStream.range(0, i).noneMatch(j -> best[j] == id) ? times : 0;
            }
            if ((word & 0xFFF) == 0) {
                job.checkpoint();
            }
        }
        double sum = Arrays.stream(frequency).sum();
        List<Integer> kept = new ArrayList<>();
        List<Candidate> candidates = new ArrayList<>();
        for (int id = 0; id < texts.size(); id++) {
            String text = texts.get(id);
            if (characters.contains(text)) {
                kept.add(id);
                continue;
            }
            int[] others = frequency[id] == 0 || lattice.best(text, -1).length > 1 ? null : lattice.best(text, id);
            if (others == null) {
                continue;
            }
            double with = Math.log(frequency[id] / sum);
            double logSum = Math.log(sum + frequency[id] * (others.length - 1));
            double without = 0;
            for (int other : others) {
                without += Math.log(frequency[other] + frequency[id]) - logSum;
            }
            candidates.add(new Candidate(id, inWords[id] / all * (with - without)));
        }
        candidates.sort(Comparator.comparingDouble(Candidate::loss).reversed().thenComparing(Candidate::id));
        candidates.stream().limit(Math.max(0, size - kept.size())).forEach(candidate -> kept.add(candidate.id()));
        double[] old = scores;
        List<String> oldTexts = texts;
        replace(kept.stream().map(oldTexts::get).toList(), kept.stream().mapToDouble(id -> old[id]).toArray());
    }

    /** The most probable pieces and all characters, the most probable first. */
    private Pieces finish(int wanted) {
        List<Integer> order = IntStream.range(0, texts.size()).boxed()
                .sorted(Comparator.comparingDouble((Integer id) -> scores[id]).reversed().thenComparing(id -> texts.get(id))).toList();
        int others = wanted - words.characters().size();
        List<Pieces.Piece> pieces = TrainingWords.fixed();
        for (int id : order) {
            if (characters.contains(texts.get(id)) || others-- > 0) {
                pieces.add(new Pieces.Piece(texts.get(id), (float) scores[id], PieceType.NORMAL));
            }
        }
        return new Pieces(pieces);
    }

    /** The derivative of the logarithm of the gamma function, by its recurrence and asymptotic series. */
    static double digamma(double x) {
        double result = 0;
        double at = x;
        for (; at < 7; at++) {
            result -= 1 / at;
        }
        at -= 0.5;
        double square = 1 / (at * at);
        return result + Math.log(at) + square * (1.0 / 24 - square * (7.0 / 960 - square * (31.0 / 8064 - square * (127.0 / 30720))));
    }
}
