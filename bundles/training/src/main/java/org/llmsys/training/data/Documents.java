package org.llmsys.training.data;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.RandomStream;

/**
 * The documents of a text, in order, none blank.
 *
 * @param texts one text a document
 */
public record Documents(List<String> texts) {

    public Documents {
        texts = List.copyOf(texts);
    }

    /**
     * Cuts a text where a separator stands, such as {@code <|endoftext|>}.
     *
     * @throws Problem for an empty separator
     */
    public static Documents of(String text, String separator) {
        if (separator.isEmpty()) {
            throw Problem.misused("cannot cut a text into documents", "the separator is empty", "give what stands between two documents");
        }
        List<String> texts = new ArrayList<>();
        for (int from = 0; from <= text.length();) {
            int end = text.indexOf(separator, from);
            String document = text.substring(from, end < 0 ? text.length() : end);
            if (!document.isBlank()) {
                texts.add(document);
            }
            from = end < 0 ? text.length() + 1 : end + separator.length();
        }
        return new Documents(texts);
    }

    /** The same documents in another order, one for each seed. */
    public Documents shuffled(long seed) {
        List<String> order = new ArrayList<>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            order.add(texts.get((int) new Shuffle(texts.size(), seed).at(i)));
        }
        return new Documents(order);
    }

    /**
     * Whole documents to learn from and to measure with; which ones is a function of the seed.
     *
     * @param share from 0 to 1: the probability with which a document goes to validation
     */
    public Split split(double share, long seed) {
        if (!(share >= 0 && share <= 1)) {
            throw Problem.misused("cannot keep back a share of " + share, "a share is from 0 to 1", "give a share in range");
        }
        List<String> training = new ArrayList<>();
        List<String> validation = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            (RandomStream.at(seed, i).nextDouble() < share ? validation : training).add(texts.get(i));
        }
        return new Split(new Documents(training), new Documents(validation));
    }

    /** Documents to learn from, and others to measure with. */
    public record Split(Documents training, Documents validation) {
    }
}
