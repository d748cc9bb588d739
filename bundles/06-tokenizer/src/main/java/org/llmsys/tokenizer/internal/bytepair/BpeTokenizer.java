package org.llmsys.tokenizer.internal.bytepair;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Problem;

/**
 * Byte-pair encoding to read: the text's bytes, and one merge after the other over all of them.
 *
 * <pre>
 *   merges learned:  1. l o   2. lo w   3. e r
 *   l o w e r  --1--&gt;  lo w e r  --2--&gt;  low e r  --3--&gt;  low er
 * </pre>
 *
 * <p>Text is not cut into words first, so tokens may cross them. A merge makes tokens for later merges, so each is needed once, and time
 * is at most the number of merges times the text's length. {@code byte-bpe} gives the same tokens for the same file
 * and is hundreds of times faster.
 *
 * @see <a href="https://aclanthology.org/P16-1162/">Sennrich, Haddow, Birch 2016</a>
 */
final class BpeTokenizer extends BytePairTokenizer {

    static final String TYPE = "bpe";

    /** Two neighbours. */
    record Pair(int left, int right) {
    }

    /** The merges by their pair; the value is the place in {@link BytePairModel#rules()}. */
    private final Map<Pair, Integer> ranks = new HashMap<>();

    BpeTokenizer(BytePairModel model, TextSettings settings, List<AddedToken> added) {
        super(model, settings, added);
        for (int rank = 0; rank < model.rules().size(); rank++) {
            ranks.put(new Pair(model.rules().get(rank).left(), model.rules().get(rank).right()), rank);
        }
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    RunEncoder encoder() {
        return (run, ids) -> {
            int[] tokens = mergeAll(bytes(run));
            ids.addAll(tokens, tokens.length);
        };
    }

    private int[] bytes(byte[] run) {
        int[] tokens = new int[run.length];
        for (int i = 0; i < run.length; i++) {
            tokens[i] = model().byteIds()[run[i] & 0xFF];
            if (tokens[i] < 0) {
                throw Problem.failed(String.format("the tokenizer has no token for the byte 0x%02X", run[i]),
                        "its vocabulary does not hold all 256 bytes", "use a tokenizer with all bytes");
            }
        }
        return tokens;
    }

    private int[] mergeAll(int[] tokens) {
        while (true) {
            int rank = lowestRank(tokens);
            if (rank < 0) {
                return tokens;
            }
            BytePairModel.Rule rule = model().rules().get(rank);
            tokens = merge(tokens, new Pair(rule.left(), rule.right()), rule.id());
        }
    }

    /** The earliest learned of the merges that two neighbours allow, or -1. */
    private int lowestRank(int[] tokens) {
        int lowest = -1;
        for (int i = 0; i + 1 < tokens.length; i++) {
            Integer rank = ranks.get(new Pair(tokens[i], tokens[i + 1]));
            if (rank != null && (lowest < 0 || rank < lowest)) {
                lowest = rank;
            }
        }
        return lowest;
    }

    /** Every occurrence of the pair becomes {@code id}, from left to right. */
    static int[] merge(int[] tokens, Pair pair, int id) {
        int[] merged = new int[tokens.length];
        int count = 0;
        for (int i = 0; i < tokens.length; i++) {
            if (i + 1 < tokens.length && tokens[i] == pair.left() && tokens[i + 1] == pair.right()) {
                merged[count++] = id;
                i++;
            } else {
                merged[count++] = tokens[i];
            }
        }
        return Arrays.copyOf(merged, count);
    }
}
