package org.llmsys.bindings.internal;

import java.util.concurrent.atomic.AtomicBoolean;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.EngineLimits;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.PromptPrefix;
import org.llmsys.inference.SessionMemory;

/**
 * The whole way of a token in C++: the engine's own model, caches, kernels and sampler. Sessions that several threads step at the same time share a
 * step. No kernel of Java takes part, so a swap in the workbench does not change what it writes with; {@code lls_use} would.
 */
final class NativeEngine implements InferenceEngine {

    private final EngineModels models;
    private final OpenObjects open;
    private final EngineLimits limits;
    private long bytes;
    private int sessions;

    NativeEngine(EngineModels models, OpenObjects open, EngineLimits limits) {
        this.models = models;
        this.open = open;
        this.limits = limits;
    }

    @Override
    public GenerationSession open(LoadedModel model, int[] promptIds, GenerationOptions options, StepListener listener) {
        EngineModel own = models.of(model);
        long need = EngineSession.memory(own, promptIds.length, options);
        admit(need);
        AtomicBoolean admitted = new AtomicBoolean(true);
        Runnable closed = () -> {
            if (admitted.getAndSet(false)) {
                release(need);
            }
        };
        try {
            EngineSession[] session = new EngineSession[1];
            session[0] = open.add(new EngineSession(model, own, promptIds, options, () -> {
                open.remove(session[0]);
                closed.run();
            }));
            return session[0];
        } catch (RuntimeException | Error e) {
            closed.run();
            throw e;
        }
    }

    private synchronized void admit(long need) {
        if (sessions >= limits.sessions()) {
            throw Problem.failed("no further sequence can be opened", sessions + " are open, and the engine's limit is " + limits.sessions(),
                    "close one, or give the engine a larger limit");
        }
        if (need > limits.bytes() - bytes) {
            throw Problem.failed("this sequence needs " + need + " bytes, more than the engine has left",
                    "its limit is " + limits.bytes() + " bytes, of which " + bytes + " are promised to " + sessions + " open sequences",
                    "write fewer tokens, use a shorter prompt, close a sequence, or give the engine a larger limit");
        }
        bytes += need;
        sessions++;
    }

    private synchronized void release(long need) {
        bytes -= need;
        sessions--;
    }

    /** Its sequences read the beginning each for itself: the engine's caches have no forks. */
    @Override
    public PromptPrefix prefix(LoadedModel model, int[] ids, int reach, StepListener listener) {
        EngineModel own = models.of(model);
        if (ids.length == 0 || reach <= ids.length || reach > own.contextLength()) {
            throw Problem.misused("a prefix of " + ids.length + " tokens cannot reach " + reach,
                    "sequences go on from it, within the model's context of " + own.contextLength(),
                            "give a reach of more than its own tokens and at most the context");
        }
        int[] beginning = ids.clone();
        return new PromptPrefix() {

            @Override
            public int[] ids() {
                return beginning.clone();
            }

            @Override
            public GenerationSession open(int[] promptIds, GenerationOptions options, StepListener told) {
                int differs = java.util.Arrays.mismatch(beginning, promptIds);
                if (differs >= 0 && differs < beginning.length) {
                    throw Problem.misused("the prompt does not begin with the prefix", "at place "
                            + differs + " the prefix has id " + beginning[differs],
                            "give the whole prompt, encoded so that the prefix keeps its ids");
                }
                return NativeEngine.this.open(model, promptIds, options, told);
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
    }

    @Override
    public SessionMemory memoryOf(LoadedModel model, int promptLength, GenerationOptions options) {
        return new SessionMemory(EngineSession.memory(models.of(model), promptLength, options), 0, 0);
    }

    @Override
    public InferenceEngine within(EngineLimits other) {
        return new NativeEngine(models, open, other);
    }
}
