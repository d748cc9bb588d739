package org.llmsys.tokenizer.internal.bytepair;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.llmsys.assembly.Problem;

/**
 * A byte-pair vocabulary ready to encode with: tokens, merges, and which tokens a piece may be at once. Immutable.
 *
 * @param tokens   id to bytes and back; the ids of special tokens have no bytes here
 * @param byteIds  for each byte its id, -1 for one the vocabulary lacks
 * @param table    which two tokens merge
 * @param rules    the merges in order
 * @param anyWhole whether a piece that is a token becomes it without merging (tiktoken, and {@code ignore_merges} in tokenizer.json)
 * @param whole    for each id, whether a piece with its bytes becomes it
 */
record BytePairModel(TokenBytes tokens, int[] byteIds, MergeTable table, List<Rule> rules, boolean anyWhole, boolean[] whole) {

    /** The tokens left and right become the token id; {@code count} is how often they stood side by side in training, 0 if unknown. */
    record Rule(int left, int right, int id, long count) {

        Rule(int left, int right, int id) {
            this(left, right, id, 0);
        }
    }

    /** From merges in order: the first has rank 0. */
    static BytePairModel ofRules(List<byte[]> vocabulary, List<Rule> rules, boolean anyWhole) {
        MergeTable table = new MergeTable(rules.size());
        for (int rank = 0; rank < rules.size(); rank++) {
            table.put(rules.get(rank).left(), rules.get(rank).right(), rank, rules.get(rank).id());
        }
        return new BytePairModel(new TokenBytes(vocabulary), table, rules, anyWhole);
    }

    /** From ranks alone, as tiktoken has it: any two tokens merge if together they are a token, and its id is the rank. */
    static BytePairModel ofRanks(List<byte[]> vocabulary) {
        TokenBytes tokens = new TokenBytes(vocabulary);
        List<Rule> rules = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            byte[] token = vocabulary.get(id);
            List<Rule> splits = new ArrayList<>();
            for (int cut = 1; cut < token.length; cut++) {
                int left = tokens.id(token, 0, cut);
                int right = left < 0 ? -1 : tokens.id(token, cut, token.length);
                if (right >= 0) {
                    splits.add(new Rule(left, right, id));
                }
            }
            splits.sort(Comparator.comparingInt(Rule::left).thenComparingInt(Rule::right));
            rules.addAll(splits);
        }
        MergeTable table = new MergeTable(rules.size());
        rules.forEach(rule -> table.put(rule.left(), rule.right(), rule.id(), rule.id()));
        return new BytePairModel(tokens, table, rules, true);
    }

    private BytePairModel(TokenBytes tokens, MergeTable table, List<Rule> rules, boolean anyWhole) {
        this(tokens, byteIdsOf(tokens), table, List.copyOf(rules), anyWhole, new boolean[tokens.size()]);
        boolean[] merged = anyWhole ? null : foundByMerging();
        for (int id = 0; id < whole.length; id++) {
            whole[id] = anyWhole ? tokens.length(id) > 0 : merged[id];
        }
    }

    /** For each id, whether merging its bytes gives it back. */
    boolean[] foundByMerging() {
        boolean[] found = new boolean[tokens.size()];
        Merger merger = merger();
        IntList ids = new IntList(4);
        for (int id = 0; id < found.length; id++) {
            byte[] token = tokens.bytes(id);
            ids.clear();
            found[id] = token.length > 0 && merger.merge(token, 0, token.length, ids) < 0 && ids.size() == 1 && ids.get(0) == id;
        }
        return found;
    }

    private static int[] byteIdsOf(TokenBytes tokens) {
        int[] ids = new int[256];
        for (int b = 0; b < 256; b++) {
            ids[b] = tokens.id(new byte[] {(byte) b}, 0, 1);
        }
        return ids;
    }

    Merger merger() {
        return new Merger(byteIds, table);
    }

    /**
     * Cuts {@code text[0..length)} into pieces and appends the tokens of each.
     *
     * @throws Problem when it holds a byte that the vocabulary lacks
     */
    void encode(PreTokenizer cut, byte[] text, int length, Merger merger, IntList ids) {
        for (int at = 0; at < length;) {
            int end = cut.end(text, at, length);
            int id = tokens.id(text, at, end);
            if (id >= 0 && whole[id]) {
                ids.add(id);
            } else {
                int missing = merger.merge(text, at, end, ids);
                if (missing >= 0) {
                    throw Problem.failed(String.format("the tokenizer has no token for the byte 0x%02X", text[missing]),
                            "its vocabulary does not hold all 256 bytes, and this one stands at byte " + missing,
                            "leave the character out, or use a tokenizer with all bytes");
                }
            }
            at = end;
        }
    }
}
