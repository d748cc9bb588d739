package org.llmsys.inference.internal;

import java.util.concurrent.CancellationException;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.KvCache;
import org.llmsys.sampling.Sampler;

/** One sequence among others: the network runs in a shared step, the token is chosen in a step of the sequence's own. */
final class StepsTogether implements TokenSteps {

    private final SharedSteps.Member member;
    private final StepRunner<Need<Sampler>> runner;
    private final KvCache cache;
    private final TokenChoice choice;
    private final Runnable leave;
    private volatile boolean cancelled;
    private boolean closed;

    /**
     * Owns the runner from here on, not the cache.
     *
     * @param leave runs when this closes
     */
    StepsTogether(SharedSteps.Member member, StepRunner<Need<Sampler>> runner, KvCache cache, TokenChoice choice, Runnable leave) {
        this.member = member;
        this.runner = runner;
        this.cache = cache;
        this.choice = choice;
        this.leave = leave;
    }

    @Override
    public Prediction read(Reading reading, Commit commit) {
        if (cancelled) {
            throw new CancellationException("cancelled");
        }
        int before = cache.length();
        ReadRows rows = member.forward(cache, reading);
        if (!reading.pick()) {
            Prediction prediction = new Prediction(rows.logits(), rows.scores());
            commit.accept(prediction);
            return prediction;
        }
        try {
            return runner.run((sampler, step) -> choice.choose(rows, reading.position(), sampler, step), chosen -> null,
                    (sampler, step, chosen) -> commit.accept(chosen));
        } catch (RuntimeException | Error e) {
            cache.truncate(before);                              // the rows do not count without their token: the sequence is as before
            throw e;
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        member.cancel();
        runner.close();
    }

    @Override
    public void close() {
        runner.close();
        if (!closed) {
            closed = true;
            leave.run();
        }
    }
}
