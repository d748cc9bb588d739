package org.llmsys.inference.internal;

import java.util.Arrays;

import org.llmsys.assembly.Step;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.KvCache;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Workspace;
import org.llmsys.tensor.Tensor;

/**
 * One sequence, one token a step; the network and the choice of the token are one step under one lease.
 *
 * <pre>
 *   attempt   logits = network(ids not yet in the cache)      rows go beyond the cache's length
 *             id = choice(logits)
 *   check     logits finite
 *   commit    the rows count, the sequence hears of id
 * </pre>
 */
final class StepsAlone implements TokenSteps {

    private final StepRunner<DecodingPlan> runner;
    private final KvCache cache;
    private final TokenChoice choice;
    private final Workspace workspace = new Workspace("generate");

    /** Owns the runner from here on, not the cache. */
    StepsAlone(StepRunner<DecodingPlan> runner, KvCache cache, TokenChoice choice) {
        this.runner = runner;
        this.cache = cache;
        this.choice = choice;
    }

    @Override
    public Prediction read(int[] ids, long position, boolean pick, Commit commit) {
        return runner.run((plan, step) -> attempt(plan, step, ids, position, pick), Prediction::fault, (plan, step, prediction) -> {
            cache.commit(ids.length);
            commit.accept(prediction);
        });
    }

    private Prediction attempt(DecodingPlan plan, Step step, int[] ids, long position, boolean pick) {
        float[] logits;
        try (Pass pass = Pass.inference(step, step.get(plan.allocator()), workspace)) {
            logits = row(plan.network().forward(ids, 1, cache, true, pass).value());     // (V)
            if (Prediction.finite(logits)) {
                pass.complete();
            }
        }
        return pick && Prediction.finite(logits) ? choice.choose(logits, position, plan.sampler(), step) : new Prediction(logits, Prediction.NONE);
    }

    /** The last row of (1,1,V), copied out of the pass's memory. */
    private static float[] row(Tensor logits) {
        int from = logits.floatOffset();
        return Arrays.copyOfRange(logits.floats(), from, from + Math.toIntExact(logits.size()));
    }

    @Override
    public void cancel() {
        runner.close();
    }

    @Override
    public void close() {
        runner.close();
        workspace.close();
    }
}
