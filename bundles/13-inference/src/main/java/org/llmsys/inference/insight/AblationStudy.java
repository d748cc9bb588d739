package org.llmsys.inference.insight;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Pass;
import org.llmsys.inference.LoadedModel;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.TransformerNetwork;

/**
 * Takes parts of a model away and sees how much worse it foresees a text. For one model, one text and one thread.
 *
 * <pre>
 *   effect = loss without the part - loss of the whole model          per token, in nats: above 0 the part helped
 * </pre>
 *
 * <pre>{@code
 * try (AblationStudy study = new AblationStudy(assemblies, model, ids, -1, StepListener.NONE)) {
 *     double helped = study.without(List.of(new Head(0, 3)), AblationValue.ZERO).loss() - study.whole().loss();
 * }
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/1905.10650">Michel, Levy, Neubig 2019, Are Sixteen Heads Really Better than One?</a>
 */
public final class AblationStudy implements AutoCloseable {

    private record Plan(TransformerNetwork network, Need<TensorAllocator> allocator) {
    }

    /** What one pass says: the loss over the text, and the logits of the next token. */
    private record Reading(double loss, float[] next) {
    }

    private final LoadedModel model;
    private final int[] ids;
    private final StepRunner<Plan> runner;
    private final float[] whole;
    private final AblationEffect baseline;
    private final int asked;

    /**
     * Reads the text once with the whole model.
     *
     * @param ids   at least one id, at most the model's context
     * @param asked the next token whose probability is watched; -1 for the one that the whole model finds likeliest
     */
    public AblationStudy(Assemblies assemblies, LoadedModel model, int[] ids, int asked, StepListener listener) {
        ModelConfig config = model.model().config();
        if (asked >= config.vocabSize()) {
            throw Problem.misused("token " + asked + " cannot be watched", "the model " + model.name() + " knows ids 0 to "
                    + (config.vocabSize() - 1), "give one of these");
        }
        this.model = model;
        this.ids = ids.clone();
        this.runner = assemblies.runner("ablate", needs -> new Plan(model.model().network(needs),
                needs.add(TensorAllocator.class, TensorAllocator.ALGORITHM)), listener);
        Reading reading = read(List.of(), AblationValue.ZERO);
        this.whole = reading.next();
        this.asked = asked < 0 ? LogitsMath.likeliest(whole) : asked;
        this.baseline = effect(List.of(), reading);
    }

    /** The token whose probability is watched. */
    public int asked() {
        return asked;
    }

    /** The model as it is. */
    public AblationEffect whole() {
        return baseline;
    }

    /** @throws Problem when the model has no such part */
    public AblationEffect without(List<AblationTarget> targets, AblationValue value) {
        targets.forEach(this::requireFit);
        return effect(targets, read(targets, value));
    }

    /** Each part of the model by itself: layer by layer its heads, its feed-forward network, the layer. */
    public List<AblationTarget> parts() {
        ModelConfig config = model.model().config();
        List<AblationTarget> parts = new ArrayList<>();
        for (int layer = 0; layer < config.numLayers(); layer++) {
            for (int head = 0; head < config.numHeads(); head++) {
                parts.add(new AblationTarget.Head(layer, head));
            }
            parts.add(new AblationTarget.Mlp(layer));
            parts.add(new AblationTarget.Layer(layer));
        }
        return parts;
    }

    private Reading read(List<AblationTarget> targets, AblationValue value) {
        return runner.run((plan, step) -> {
            try (Pass pass = Pass.inference(targets.isEmpty() ? step : new AblationHooks(targets, value).on(step), step.get(plan.allocator()),
                    "ablate")) {
                return reading(plan.network().forward(ids, 1, null, false, pass).value());
            }
        }, reading -> Double.isInfinite(reading.loss()) ? "logits hold infinity" : null, (plan, step, reading) -> { });
    }

    /** @param logits shape (1,T,V) */
    private Reading reading(Tensor logits) {
        double sum = 0;
        float[] row = null;
        for (int t = 0; t < ids.length; t++) {
            row = logits.select(0, 0).select(0, t).copy().floats();                      // (V)
            if (t + 1 < ids.length) {
                sum += LogitsMath.logSumExp(row) - row[ids[t + 1]];
            }
        }
        return new Reading(ids.length > 1 ? sum / (ids.length - 1) : Double.NaN, row);
    }

    private AblationEffect effect(List<AblationTarget> targets, Reading reading) {
        float[] next = reading.next();
        double norm = LogitsMath.logSumExp(next);
        double wholeNorm = LogitsMath.logSumExp(whole);
        double divergence = 0;
        for (int id = 0; id < next.length; id++) {
            double p = Math.exp(whole[id] - wholeNorm);
            divergence += p == 0 ? 0 : p * ((whole[id] - wholeNorm) - (next[id] - norm));
        }
        int top = LogitsMath.likeliest(next);
        return new AblationEffect(List.copyOf(targets), reading.loss(), Math.exp(next[asked] - norm), LogitsMath.rank(asked, next), top,
                TraceTokens.text(model, top), divergence);
    }

    private void requireFit(AblationTarget target) {
        ModelConfig config = model.model().config();
        boolean fits = target.layer() >= 0 && target.layer() < config.numLayers()
                && (!(target instanceof AblationTarget.Head head) || head.head() >= 0 && head.head() < config.numHeads());
        if (!fits) {
            throw Problem.misused("the model " + model.name() + " has no " + target, "it has " + config.numLayers() + " layers of "
                    + config.numHeads()
                    + " heads, counted from 0", "name one of these");
        }
    }

    @Override
    public void close() {
        runner.close();
    }
}
