package org.llmsys.inference.internal;

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
    public Prediction read(Reading reading, Commit commit) {
        return runner.run((plan, step) -> attempt(plan, step, reading), Prediction::fault, (plan, step, prediction) -> {
            cache.commit(reading.ids().length);
            commit.accept(prediction);
        });
    }

    private Prediction attempt(DecodingPlan plan, Step step, Reading reading) {
        ReadRows rows;
        try (Pass pass = Pass.inference(step, step.get(plan.allocator()), workspace)) {
            PromptScores scores = reading.scores();
            Tensor logits = plan.network().forward(reading.ids(), 1, cache, scores == null, pass).value();     // (1,1,V), measured (1,N,V)
            rows = scores == null ? ReadRows.last(logits, 0) : ReadRows.measured(logits, scores);
            if (rows.good()) {
                pass.complete();
            }
        }
        return reading.pick() && rows.good() ? choice.choose(rows, reading.position(), plan.sampler(), step)
                : new Prediction(rows.logits(), rows.scores());
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
