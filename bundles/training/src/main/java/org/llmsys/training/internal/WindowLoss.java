package org.llmsys.training.internal;

import java.util.function.LongConsumer;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Step;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Workspace;
import org.llmsys.layers.LossLayer;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.training.Trainer.Evaluation;
import org.llmsys.training.data.TokenSource;
import org.llmsys.transformer.TransformerModel;
import org.llmsys.transformer.TransformerNetwork;

/**
 * How well a model foretells a text it has not learned from.
 *
 * <pre>
 *   window i = ids[iT .. iT + T),  its targets = ids[iT + 1 .. iT + T],   i = 0 .. floor((N - 1) / T) - 1
 *   loss = mean over all windows and places of -ln p(target);   perplexity = exp(loss)
 * </pre>
 *
 * <p>Windows do not overlap, so each token but the first is foretold once, from 1 to T tokens of context. Up to T tokens at the end
 * that fill no window are left out. Sums are in double.
 */
final class WindowLoss implements AutoCloseable {

    private static final int WINDOWS_A_STEP = 16;

    private record Plan(TransformerNetwork network, LossLayer loss, Need<TensorAllocator> allocator) {
    }

    private final TransformerModel model;
    private final StepRunner<Plan> runner;
    private final Workspace workspace = new Workspace("evaluate");

    WindowLoss(TransformerModel model, Assemblies assemblies, StepListener listener) {
        this.model = model;
        this.runner = assemblies.runner("evaluate", needs -> new Plan(model.network(needs), new LossLayer("cross-entropy", needs),
                needs.add(TensorAllocator.class, TensorAllocator.ALGORITHM)), listener);
    }

    /** Number of full windows in a text of this many ids. */
    long windows(TokenSource ids) {
        return Math.max(0, (ids.size() - 1) / model.config().contextLength());
    }

    /**
     * @param most at most this many windows, spread evenly over the text
     * @param done told how many are done; may end it by an exception
     */
    Evaluation measure(TokenSource ids, long most, LongConsumer done) {
        int length = model.config().contextLength();                   // T
        long all = windows(ids);
        long count = Math.min(most, all);
        double sum = 0;
        for (long first = 0; first < count; first += WINDOWS_A_STEP) {
            int batch = (int) Math.min(WINDOWS_A_STEP, count - first); // B
            int[] inputs = new int[batch * length];                    // (B,T)
            int[] targets = new int[batch * length];                   // (B,T)
            for (int b = 0; b < batch; b++) {
                long window = count == all ? first + b : (first + b) * all / count;
                ids.copy(window * length, inputs, b * length, length);
                ids.copy(window * length + 1, targets, b * length, length);
            }
            double mean = runner.run((plan, step) -> mean(plan, step, inputs, targets, batch),
                    loss -> Double.isFinite(loss) ? null : "the loss is " + loss, (plan, step, loss) -> { });
            sum += mean * batch;
            done.accept(first + batch);
        }
        double loss = sum / count;                                     // windows are of one length; NaN when there is none
        return new Evaluation(loss, Math.exp(loss), count * length);
    }

    private double mean(Plan plan, Step step, int[] inputs, int[] targets, int batch) {
        try (Pass pass = Pass.inference(step, step.get(plan.allocator()), workspace)) {
            Variable logits = plan.network().forward(inputs, batch, null, false, pass);                      // (B,T,V)
            double mean = plan.loss().forward(logits, LearningStep.targets(targets), pass).value().getDouble(0);
            if (Double.isFinite(mean)) {
                pass.complete();
            }
            return mean;
        }
    }

    @Override
    public void close() {
        runner.close();
        workspace.close();
    }
}
