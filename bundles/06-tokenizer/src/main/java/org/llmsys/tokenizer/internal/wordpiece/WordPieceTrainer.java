package org.llmsys.tokenizer.internal.wordpiece;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.MergeHistory.Merge;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.llmsys.tokenizer.internal.Counts;
import org.llmsys.tokenizer.internal.Vocabulary;

/**
 * Learns the pieces of WordPiece: begins with characters and joins, again and again, the two neighbours that say most about each other.
 *
 * <pre>
 *   score(a, b) = count(ab) / (count(a) * count(b))        the gain in likelihood of a unigram model, per pair
 * </pre>
 *
 * <p>So {@code q} and {@code u} join before {@code t} and {@code h}: a frequent pair of frequent pieces says little. A pair must occur
 * {@code minFrequency} times. Equal scores go to the more frequent pair, then to the older pieces: the same text gives the same vocabulary.
 *
 * @see <a href="https://static.googleusercontent.com/media/research.google.com/ja//pubs/archive/37842.pdf">Schuster, Nakajima 2012</a>
 */
final class WordPieceTrainer {

    private static final int BLOCK = 1 << 16;
    private static final int REPORT_EVERY = 64;

    /** How often a word occurs. */
    private static final class Count {
        private long times;
    }

    private final TrainingSettings settings;
    private final Job job;

    WordPieceTrainer(TrainingSettings settings, Job job) {
        this.settings = settings;
        this.job = job;
    }

    WordPieceTokenizer train(String text) {
        int least = WordPieceSettings.SPECIALS.size() + 1;
        if (settings.minFrequency() < 1 || settings.vocabSize() < 0 || settings.vocabSize() > 0 && settings.vocabSize() < least) {
            throw Problem.misused("cannot learn a vocabulary of " + settings.vocabSize() + " with minimum frequency " + settings.minFrequency(),
                    "the size is " + least + " or more (" + (least - 1) + " special tokens come first), or 0 for no limit, and the frequency 1 or more",
                    "give values in range");
        }
        Map<String, Long> words = words(text);
        List<String> tokens = new ArrayList<>(WordPieceSettings.SPECIALS);
        tokens.addAll(alphabet(words, settings.vocabSize() == 0 ? Integer.MAX_VALUE : settings.vocabSize() - tokens.size()));
        if (tokens.size() < least) {
            throw Problem.failed("cannot learn a vocabulary", words.isEmpty() ? "the text has no words" : "no character occurs "
                    + settings.minFrequency() + " times", "give a longer text, or a lower frequency");
        }
        List<Merge> merges = merge(words, tokens);
        return new TrainedWordPiece(new Vocabulary(tokens), merges);
    }

    /** The distinct words and how often each occurs, in Unicode order. */
    private Map<String, Long> words(String text) {
        job.say("counting words");
        Map<String, Count> words = new HashMap<>();
        BertWords cutter = new BertWords(new CharacterTable(BertNormalizer.UNCASED), WordPieceSettings.MAX_CHARACTERS, word -> {
            if (!word.isTooLong()) {
                words.computeIfAbsent(word.toString(), unseen -> new Count()).times++;
            }
        });
        job.total(text.length());
        for (int from = 0, to; from < text.length(); from = to) {
            int end = text.indexOf('\n', Math.min(text.length(), from + BLOCK));          // cut at line ends, where no word goes on
            to = end < 0 ? text.length() : end + 1;
            cutter.cut(text, from, to);
            job.advance(to);
        }
        Map<String, Long> sorted = new TreeMap<>(Counts.BY_CODE_POINT);
        words.forEach((word, count) -> sorted.put(word, count.times));
        return sorted;
    }

    /** The characters a word begins with, and those inside, marked: the most frequent {@code most}, in Unicode order. */
    private List<String> alphabet(Map<String, Long> words, int most) {
        Map<String, Long> counts = new HashMap<>();
        words.forEach((word, count) -> characters(word).forEach(character -> counts.merge(character, count, Long::sum)));
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() >= settings.minFrequency())
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()).thenComparing(Map.Entry.comparingByKey(Counts.BY_CODE_POINT)))
                .limit(most).map(Map.Entry::getKey).sorted(Counts.BY_CODE_POINT).toList();
    }

    private static List<String> characters(String word) {
        List<String> characters = new ArrayList<>(word.length());
        for (int at = 0; at < word.length(); at = word.offsetByCodePoints(at, 1)) {
            String character = Character.toString(word.codePointAt(at));
            characters.add(at == 0 ? character : WordPieceSettings.PREFIX + character);
        }
        return characters;
    }

    /** Joins pairs until there are tokens enough, and returns what was joined. */
    private List<Merge> merge(Map<String, Long> words, List<String> tokens) {
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < tokens.size(); id++) {
            ids.put(tokens.get(id), id);
        }
        PieceCounts counts = new PieceCounts(settings.minFrequency());
        words.forEach((word, count) -> {
            List<String> characters = characters(word);
            if (ids.keySet().containsAll(characters)) {                // a word with a character that got no id stays unknown
                counts.add(characters.stream().mapToInt(ids::get).toArray(), count);
            }
        });
        counts.ready();
        job.say("joining pieces");
        job.startAt(0);
        int first = tokens.size();
        job.total(settings.vocabSize() == 0 ? 0 : settings.vocabSize() - first);
        List<Merge> merges = new ArrayList<>();
        while (settings.vocabSize() == 0 || tokens.size() < settings.vocabSize()) {
            PiecePair best = counts.best();
            if (best == null) {
                break;
            }
            String token = tokens.get(best.left) + tokens.get(best.right).substring(WordPieceSettings.PREFIX.length());
            Integer known = ids.putIfAbsent(token, tokens.size());     // ab+c may make what a+bc has made before
            if (known == null) {
                tokens.add(token);
            }
            merges.add(new Merge(ids.get(token), tokens.get(best.left), tokens.get(best.right), token, best.count));
            counts.join(best, ids.get(token));
            if (merges.size() % REPORT_EVERY == 0) {
                job.advance(tokens.size() - first);
            }
        }
        job.advance(tokens.size() - first);
        return merges;
    }
}
