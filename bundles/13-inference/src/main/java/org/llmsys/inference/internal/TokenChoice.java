package org.llmsys.inference.internal;

import java.util.Arrays;
import java.util.List;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Step;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.LogProbabilities;
import org.llmsys.sampling.Sampler;
import org.llmsys.tensor.RandomStream;

/**
 * From a sequence's logits to its next token.
 *
 * <pre>
 *   id = sampler(filters(copy of logits), draws)          draws are functions of seed and position
 * </pre>
 *
 * <p>Changes nothing that a repetition would see.
 */
record TokenChoice(LoadedModel model, GenerationOptions options, List<NamedFilter> filters) {

    Prediction choose(ReadRows rows, long position, Need<Sampler> sampler, Step step) {
        float[] filtered = rows.logits().clone();
        ruleOutUnnamed(filtered);
        filters.forEach(filter -> filter.apply(filtered));
        int id = step.get(sampler).pick(filtered, RandomStream.at(options.seed(), position)::nextDouble);
        if (id < 0 || id >= filtered.length || filtered[id] == Float.NEGATIVE_INFINITY) {
            boolean known = id >= 0 && id < filtered.length;
            String reason = "it picked token " + id + ", which " + (!known ? "the vocabulary does not have" : "a filter had ruled out");
            if (step.watched()) {
                throw step.blame(Sampler.class, sampler.algorithm(), reason);
            }
            throw new IllegalStateException("sampler " + step.nameOf(sampler) + ": " + reason);
        }
        return measured(rows, filtered, id);
    }

    private Prediction measured(ReadRows rows, float[] filtered, int id) {
        LogProbabilities.Request request = options.logProbabilities().orElse(null);
        if (request == null) {
            return new Prediction(rows.logits(), rows.scores(), id, null, null);
        }
        return new Prediction(rows.logits(), rows.scores(), id, LogSoftmax.of(rows.logits(), 0, filtered.length, id, request.alternatives()),
                request.filtered() ? LogSoftmax.of(filtered, 0, filtered.length, id, request.alternatives()) : null);
    }

    /** Some models have more ids than their tokenizer, to make the table a round size: those have no text. */
    private void ruleOutUnnamed(float[] logits) {
        if (model.tokenizer() != null && model.tokenizer().vocabSize() < logits.length) {
            Arrays.fill(logits, model.tokenizer().vocabSize(), logits.length, Float.NEGATIVE_INFINITY);
        }
    }
}
