package org.llmsys.inference.insight;

import java.util.OptionalInt;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Step;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.TapeFactory;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.transformer.TransformerModel;
import org.llmsys.transformer.TransformerNetwork;

/**
 * Which tokens of a prompt a guess hangs on: the gradient of one logit behind the last token with respect to the vector of each token.
 *
 * <pre>
 *   e            wte[ids]                                   (T,C)
 *   g_t          d logit[target] / d e_t                    (C)
 *   gradient     |g_t|, the L2 norm, 0 or more: how much the logit moves when the vector moves a little, whichever way that does most
 *   times input  g_t · e_t, of either sign: how much it moves, to first order, when the vector shrinks to nothing
 * </pre>
 *
 * <p>The way back is the one that training goes, through the same rules; weights are constants, so it takes no gradient of the model's size.
 * Dropout is off.
 *
 * <pre>{@code
 * Saliency.Scores scores = new Saliency(assemblies).of(model, ids, OptionalInt.empty(), StepListener.NONE);
 * scores.gradient()[3];                // of the fourth token, for the token that the model would write
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/1312.6034">Simonyan, Vedaldi, Zisserman 2013, Deep Inside Convolutional Networks</a>, for the gradient
 * @see <a href="https://arxiv.org/abs/1605.01713">Shrikumar et al. 2016, Not Just a Black Box</a>, for the gradient times the input
 */
public final class Saliency {

    private static final String OWNER = "saliency";
    private static final String EMBEDDING = "hook_embed";

    private final Assemblies assemblies;

    public Saliency(Assemblies assemblies) {
        this.assemblies = assemblies;
    }

    /**
     * @param target        the token whose logit is looked at
     * @param logit         what it is
     * @param gradient      one a token of the prompt, 0 or more
     * @param timesInput    one a token of the prompt
     */
    public record Scores(int target, double logit, double[] gradient, double[] timesInput) {
    }

    private record Plan(TransformerNetwork network, Need<TapeFactory> tapes, Need<TensorAllocator> allocator) {
    }

    /**
     * @param ids    1 or more
     * @param target the token; without one that which the model would write, the likeliest
     * @throws Problem for no ids, ids or a target that the model does not know, more ids than its context holds
     */
    public Scores of(TransformerModel model, int[] ids, OptionalInt target, StepListener listener) {
        if (ids.length == 0) {
            throw Problem.misused("there is no token to look at", "the prompt is empty", "give a prompt of at least one token");
        }
        if (target.isPresent() && (target.getAsInt() < 0 || target.getAsInt() >= model.config().vocabSize())) {
            throw Problem.misused("there is no token " + target.getAsInt(), "the model knows ids 0 to " + (model.config().vocabSize() - 1),
                    "give another target");
        }
        TransformerModel still = new TransformerModel(model.config().withDropout(0), model.weights());
        try (StepRunner<Plan> runner = assemblies.runner(OWNER, needs -> new Plan(still.network(needs),
                needs.add(TapeFactory.class, TapeFactory.ALGORITHM),
                needs.add(TensorAllocator.class, TensorAllocator.ALGORITHM)), listener)) {
            return runner.run((plan, step) -> scores(plan, step, still, ids, target), Saliency::faultIn, (plan, step, scores) -> { });
        }
    }

    private static Scores scores(Plan plan, Step step, TransformerModel model, int[] ids, OptionalInt target) {
        Leaf leaf = new Leaf();
        TapeFactory tapes = SaliencyTape.over(step.get(plan.tapes()), model.weights().all().values());
        try (Pass pass = Pass.training(leaf.on(step), tapes, step.get(plan.allocator()), OWNER, 0, 0)) {
            Variable logits = plan.network().forward(ids, 1, null, true, pass);                         // (1,1,V)
            float[] row = logits.value().copy().floats();
            int chosen = target.orElseGet(() -> largest(row));
            Variable logit = Views.slice(logits, pass, 2, chosen, chosen + 1L);                         // (1,1,1)
            Tensor gradient = pass.tape().backward(logit).of(leaf.embedding).copy();                    // (1,T,C)
            return scores(chosen, row[chosen], gradient.floats(), leaf.embedding.value().copy().floats(), ids.length);
        }
    }

    private static Scores scores(int target, double logit, float[] gradients, float[] embedding, int length) {
        double[] norms = new double[length];
        double[] products = new double[length];
        int width = gradients.length / length;
        for (int t = 0; t < length; t++) {
            double squares = 0;
            for (int i = t * width; i < (t + 1) * width; i++) {
                squares += (double) gradients[i] * gradients[i];
                products[t] += (double) gradients[i] * embedding[i];
            }
            norms[t] = Math.sqrt(squares);
        }
        return new Scores(target, logit, norms, products);
    }

    private static int largest(float[] row) {
        int best = 0;
        for (int id = 1; id < row.length; id++) {
            best = row[id] > row[best] ? id : best;
        }
        return best;
    }

    private static String faultIn(Scores scores) {
        for (int t = 0; t < scores.gradient().length; t++) {
            if (!Double.isFinite(scores.gradient()[t] + scores.timesInput()[t])) {
                return "the gradient of token " + t + " holds NaN or infinity";
            }
        }
        return null;
    }

    /** Makes the embedding's vectors a variable of their own, which the gradient is taken of. */
    private static final class Leaf implements Hooks {

        private Variable embedding;

        @Override
        public boolean wants(String place) {
            return place.equals(EMBEDDING);
        }

        @Override
        public Variable visit(String place, Variable x, Pass pass) {
            embedding = Variable.parameter(EMBEDDING, x.value());
            return embedding;
        }
    }
}
