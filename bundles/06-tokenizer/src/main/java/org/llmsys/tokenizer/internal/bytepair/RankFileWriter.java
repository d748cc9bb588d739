package org.llmsys.tokenizer.internal.bytepair;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.internal.bytepair.BytePairModel.Rule;

/**
 * Writes tiktoken's rank file. In it the rank of a token is its id, every byte is a token, and any two neighbours merge that together are
 * a token. Its size names the plan, which knows the cut and the special tokens; a tokenizer that is of no plan is refused.
 */
final class RankFileWriter {

    private RankFileWriter() {
    }

    /** @throws Problem that names what the file cannot say */
    static byte[] write(BytePairTokenizer tokenizer) {
        Unsaid unsaid = new Unsaid("ranks");
        BytePairModel model = tokenizer.model();
        TextSettings settings = tokenizer.settings();
        Map<String, Integer> added = tokenizer.added().stream().collect(Collectors.toMap(AddedToken::content, AddedToken::id));
        List<Integer> ranks = new ArrayList<>();
        for (int id = 0; id < model.tokens().size(); id++) {
            if (model.tokens().length(id) > 0 && !added.containsValue(id)) {
                ranks.add(id);
            }
        }
        Plan plan = Plan.ofSize(ranks.size()).orElse(null);
        unsaid.check(plan == null, "how text is cut and which special tokens there are: no known plan has " + ranks.size() + " ranks");
        unsaid.check(!settings.equals(TextSettings.of(plan.cut)), "more than what the plan " + plan.label() + " does with text");
        unsaid.check(!added.equals(plan.specials) || !tokenizer.added().stream().allMatch(token -> token.special() && token.isPlain()),
                "other added tokens than those of the plan " + plan.label() + ", " + plan.specials.keySet());
        for (int b = 0; b < 256; b++) {
            unsaid.check(model.byteIds()[b] < 0, String.format("that the byte 0x%02X is no token", b));
        }
        checkMerges(model, unsaid);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int id : ranks) {
            out.writeBytes((Base64.getEncoder().encodeToString(model.tokens().bytes(id)) + " " + id + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        return out.toByteArray();
    }

    /**
     * Ranks merge the same as a list of merges when the list makes tokens in the order of their ids and finds each token by merging its
     * bytes: then no two neighbours ever make a token that the list would make of two others.
     */
    private static void checkMerges(BytePairModel model, Unsaid unsaid) {
        int last = -1;
        for (Rule rule : model.rules()) {
            unsaid.check(rule.id() < last, "that merges come in another order than the ids of what they make, as that of "
                    + ByteAlphabet.write(model.tokens().bytes(rule.id())));
            last = rule.id();
        }
        List<byte[]> vocabulary = new ArrayList<>();
        for (int id = 0; id < model.tokens().size(); id++) {
            vocabulary.add(model.tokens().bytes(id));
        }
        boolean everySplit = model.anyWhole() && model.rules().size() == BytePairModel.ofRanks(vocabulary).rules().size();
        boolean[] merged = model.foundByMerging();
        for (int id = 0; id < merged.length && !everySplit; id++) {
            unsaid.check(model.tokens().length(id) > 0 && !merged[id],
                    "that merging does not find the token " + ByteAlphabet.write(vocabulary.get(id)));
        }
    }
}
