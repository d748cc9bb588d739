package org.llmsys.tokenizer.internal.bytepair;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.google.gson.JsonObject;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.tokenizer.internal.bytepair.BpeTokenizer.Pair;
import org.llmsys.tokenizer.internal.bytepair.BytePairModel.Rule;
import org.osgi.service.component.annotations.Component;

/**
 * Trains and reads {@link BpeTokenizer}s: count all pairs of neighbours, merge the most frequent, and begin again.
 *
 * <pre>
 *   a b a b c  --ab (2)--&gt;  ab ab c  --no pair stands there twice: done
 * </pre>
 *
 * <p>Ids 0 to 255 are the bytes themselves. A pair that occurs once is never merged. Counting anew for each merge takes the number of
 * merges times the text's length; {@code byte-bpe} keeps the counts up to date instead.
 */
@Component
@Provider(slot = "tokenizer", algorithm = BpeTokenizer.TYPE, name = BpeTokenizer.TYPE,
        summary = "byte-pair encoding to read: one merge after the other over the whole text", reference = "Sennrich, Haddow, Birch 2016")
public final class BpeType implements TokenizerType {

    @Override
    public Tokenizer train(String text, TrainingSettings settings, Job job) {
        int merges = ByteBpeTrainer.mergedOf(settings, 0);
        if (text.isEmpty()) {
            throw Problem.failed("cannot learn a vocabulary", "the text is empty", "give a text");
        }
        List<byte[]> vocabulary = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            vocabulary.add(new byte[] {(byte) b});
        }
        byte[] bytes = Utf8.bytes(text, 0);
        int[] tokens = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            tokens[i] = bytes[i] & 0xFF;
        }
        List<Rule> rules = new ArrayList<>();
        Map<String, Integer> ids = new HashMap<>();
        job.total(merges);
        while (rules.size() < merges) {
            Map.Entry<Pair, Integer> best = mostFrequent(tokens);
            if (best == null || best.getValue() < Math.max(2, settings.minFrequency())) {
                break;
            }
            Pair pair = best.getKey();
            byte[] token = joined(vocabulary.get(pair.left()), vocabulary.get(pair.right()));
            // another pair may have made the same token: a + bc, ab + c
            Integer known = ids.putIfAbsent(ByteAlphabet.write(token), vocabulary.size());
            int id = known == null ? vocabulary.size() : known;
            if (known == null) {
                vocabulary.add(token);
            }
            rules.add(new Rule(pair.left(), pair.right(), id, best.getValue()));
            tokens = BpeTokenizer.merge(tokens, pair, id);
            job.advance(rules.size());
        }
        return new BpeTokenizer(BytePairModel.ofRules(vocabulary, rules, false), TextSettings.of(Cut.NONE), List.of());
    }

    /** The pair that occurs most often; of equal ones the one that occurs first. */
    private static Map.Entry<Pair, Integer> mostFrequent(int[] tokens) {
        Map<Pair, Integer> counts = new LinkedHashMap<>();
        for (int i = 0; i + 1 < tokens.length; i++) {
            counts.merge(new Pair(tokens[i], tokens[i + 1]), 1, Integer::sum);
        }
        Map.Entry<Pair, Integer> best = null;
        for (Map.Entry<Pair, Integer> entry : counts.entrySet()) {
            if (best == null || entry.getValue() > best.getValue()) {
                best = entry;
            }
        }
        return best;
    }

    static byte[] joined(byte[] left, byte[] right) {
        byte[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }

    /** Whether the file cuts nothing: {@code ByteLevel} without its expression, and no normalizer. Such files are this kind's own. */
    static boolean isPlain(JsonObject root) {
        try {
            return ByteBpeText.read(root).equals(TextSettings.of(Cut.NONE));
        } catch (RuntimeException damagedOrNotKnown) {
            return false;
        }
    }

    @Override
    public boolean reads(String json) {
        JsonObject root = ByteBpeJson.recognize(json);
        return root != null && isPlain(root);
    }

    @Override
    public Tokenizer read(String json) {
        ByteBpeJson.Content content = ByteBpeJson.read(json);
        if (!content.settings().cut().equals(Cut.NONE)) {
            throw HfFields.damaged("it is a byte-bpe tokenizer, which cuts text into words, not a bpe tokenizer");
        }
        return new BpeTokenizer(content.model(), content.settings(), content.added());
    }
}
