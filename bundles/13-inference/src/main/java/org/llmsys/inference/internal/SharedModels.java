package org.llmsys.inference.internal;

import java.util.IdentityHashMap;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.KvCache;
import org.llmsys.inference.SessionMemory;
import org.llmsys.sampling.Sampler;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.transformer.TransformerModel;

/** The shared steps of every model that has a sequence open: the first sequence brings them, the last one takes them away. Thread-safe. */
final class SharedModels implements SequenceSteps {

    private final Assemblies assemblies;
    private final Admission admission;
    private final Map<TransformerModel, Sharing> sharings = new IdentityHashMap<>();

    SharedModels(Assemblies assemblies, Admission admission) {
        this.assemblies = assemblies;
        this.admission = admission;
    }

    private static final class Sharing {

        private final SharedSteps steps;
        private final Admission.Ticket ticket;
        private int sequences;

        Sharing(SharedSteps steps, Admission.Ticket ticket) {
            this.steps = steps;
            this.ticket = ticket;
        }
    }

    @Override
    public TokenSteps open(SequenceRequest request, KvCache cache, TokenChoice choice, String samplerAlgorithm) {
        TransformerModel model = request.model().model();
        SharedSteps shared = enter(model, request);
        StepRunner<Need<Sampler>> choosing = assemblies.runner("choose", needs -> needs.add(Sampler.class, samplerAlgorithm), request.listener());
        return new StepsTogether(shared.join(), choosing, cache, choice, () -> leave(model));
    }

    /** The first sequence's listener hears what happens to the shared steps. */
    private synchronized SharedSteps enter(TransformerModel model, SequenceRequest request) {
        Sharing sharing = sharings.get(model);
        if (sharing == null) {
            Admission.Ticket ticket = admission.memory("the first sequence over this model, with the workspace of all,", workspace(request, 0));
            try {
                sharing = new Sharing(steps(model, request.listener()), ticket);
            } catch (RuntimeException | Error e) {
                ticket.close();
                throw e;
            }
            sharings.put(model, sharing);
        }
        sharing.sequences++;
        return sharing.steps;
    }

    private SharedSteps steps(TransformerModel model, StepListener listener) {
        return new SharedSteps(assemblies.runner("generate", needs -> new SharedSteps.Plan(
                model.network(needs), needs.add(TensorAllocator.class, TensorAllocator.ALGORITHM)), listener));
    }

    private synchronized void leave(TransformerModel model) {
        Sharing sharing = sharings.get(model);
        if (--sharing.sequences == 0) {
            sharings.remove(model);
            sharing.steps.close();
            sharing.ticket.close();
        }
    }

    /** The same whatever its cache holds: the workspace is that of all. */
    @Override
    public long workspace(SequenceRequest request, int held) {
        return new WorkspaceBound(request.model().model().config()).together(admission.limits().sessions());
    }

    @Override
    public long own(SessionMemory memory) {
        return memory.cache() + memory.logits();
    }
}
