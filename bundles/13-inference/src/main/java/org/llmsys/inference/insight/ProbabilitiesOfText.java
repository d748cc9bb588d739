package org.llmsys.inference.insight;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.LoadedModel;

/**
 * Token by token, how likely a model finds a text.
 *
 * <pre>
 *   log p(id_t | id_1 ... id_(t-1)) = logits_(t-1)[id_t] - log sum of exp(logits_(t-1))
 * </pre>
 *
 * <p>From the model's own logits, before any filter. A text longer than the context is read in windows that do not overlap, as {@code eval} reads
 * it; the first token of each has nothing before it.
 *
 * <pre>{@code
 * List<ProbabilityOfToken> tokens = new ProbabilitiesOfText(assemblies, StepListener.NONE).of(model, ids);
 * double loss = ProbabilitiesOfText.loss(tokens);
 * }</pre>
 */
public final class ProbabilitiesOfText {

    private final Assemblies assemblies;
    private final StepListener listener;

    /** @param listener hears of pauses, repeats and quarantines */
    public ProbabilitiesOfText(Assemblies assemblies, StepListener listener) {
        this.assemblies = assemblies;
        this.listener = listener;
    }

    /** @throws Problem when there is no id, or one that is not the model's */
    public List<ProbabilityOfToken> of(LoadedModel model, int[] ids) {
        if (ids.length == 0) {
            throw Problem.misused("the text has no tokens", "there is nothing to foresee", "give a text");
        }
        int window = Math.min(ids.length, model.model().config().contextLength());
        List<ProbabilityOfToken> tokens = new ArrayList<>();
        try (LogitsReader reader = new LogitsReader(assemblies, model, null, window, listener)) {
            for (int from = 0; from < ids.length; from += window) {
                int start = from;
                int end = Math.min(ids.length, from + window);
                tokens.add(unforeseen(model, from, ids[from]));
                reader.rewind();
                reader.read(Arrays.copyOfRange(ids, from, end), null, (t, row) -> {
                    int next = start + t + 1;
                    if (next < end) {
                        tokens.add(foreseen(model, next, ids[next], row));
                    }
                });
            }
        }
        return tokens;
    }

    /** Mean of -log p over the tokens that something stands before; not a number when there are none. */
    public static double loss(List<ProbabilityOfToken> tokens) {
        return -tokens.stream().filter(ProbabilityOfToken::foreseen).mapToDouble(ProbabilityOfToken::logProbability).average().orElse(Double.NaN);
    }

    private static ProbabilityOfToken unforeseen(LoadedModel model, int position, int id) {
        return new ProbabilityOfToken(position, id, TraceTokens.text(model, id), Double.NaN, 0, -1, "", Double.NaN);
    }

    private static ProbabilityOfToken foreseen(LoadedModel model, int position, int id, float[] logits) {
        double norm = LogitsMath.logSumExp(logits);
        int other = LogitsMath.likeliestBut(id, logits);
        return new ProbabilityOfToken(position, id, TraceTokens.text(model, id), logits[id] - norm, LogitsMath.rank(id, logits), other,
                other < 0 ? "" : TraceTokens.text(model, other), other < 0 ? Double.NaN : logits[other] - norm);
    }
}
