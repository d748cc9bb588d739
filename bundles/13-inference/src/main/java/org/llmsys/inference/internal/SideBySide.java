package org.llmsys.inference.internal;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.Comparison;
import org.llmsys.inference.LoadedModel;
import org.llmsys.tensor.TensorAllocator;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Two {@linkplain Side sides} of one model, each pinned to an assembly that differs in one slot.
 *
 * <pre>
 *   each step:  logitsA = A(ids), logitsB = B(ids);   the token of A is what both read next
 * </pre>
 *
 * <p>The sides take turns in going first, so that neither always finds the caches warm.
 */
@Component
public final class SideBySide implements Comparison {

    private final Assemblies assemblies;

    @Activate
    public SideBySide(@Reference Assemblies assemblies) {
        this.assemblies = assemblies;
    }

    @Override
    public Result compare(LoadedModel model, int[] promptIds, int tokens, String slot, String a, String b, Job job) {
        Assembly now = assemblies.current();
        Candidate first = candidate(now, slot, a);
        Candidate second = candidate(now, slot, b);
        int steps = Math.min(tokens, model.model().config().contextLength() - promptIds.length + 1);
        if (steps < 1) {
            throw Problem.misused("the prompt has " + promptIds.length + " tokens", "the model's context has " + model.model().config().contextLength(),
                    "give a shorter --prompt");
        }
        job.total(steps);
        String name = allocatorName(now);
        try (Assemblies.Held<TensorAllocator> allocator = assemblies.hold(TensorAllocator.class, name);
                Side sideA = new Side(assemblies, model, pinned(now, first), first, allocator.provider());
                Side sideB = new Side(assemblies, model, pinned(now, second), second, allocator.provider())) {
            return run(promptIds, steps, sideA, sideB, first, second, job);
        }
    }

    private static Result run(int[] promptIds, int steps, Side sideA, Side sideB, Candidate a, Candidate b, Job job) {
        int[] ids = promptIds;
        double max = 0;
        double sum = 0;
        long compared = 0;
        int differing = -1;
        for (int n = 0; n < steps; n++) {
            for (Side side : n % 2 == 0 ? List.of(sideA, sideB) : List.of(sideB, sideA)) {
                side.step(ids, n);
            }
            float[] left = sideA.logits();
            float[] right = sideB.logits();
            for (int id = 0; id < left.length; id++) {
                double difference = Math.abs((double) left[id] - right[id]);
                max = Math.max(max, difference);
                sum += difference;
            }
            compared += left.length;
            if (differing < 0 && sideA.token() != sideB.token()) {
                differing = n;
            }
            ids = new int[] {sideA.token()};
            job.advance(n + 1);
        }
        return new Result(a.slot(), a.name(), b.name(), max, sum / compared, differing, sideA.millis(), sideB.millis(), steps);
    }

    /** Another algorithm is other mathematics, and so an experiment. */
    private static Assembly pinned(Assembly now, Candidate chosen) {
        boolean sameAlgorithm = now.candidates(chosen.slot()).stream().allMatch(other -> other.algorithm().equals(chosen.algorithm()));
        return sameAlgorithm ? now.with(chosen.slot(), chosen.name()) : now.withExperiment(chosen.slot(), chosen.name());
    }

    private static String allocatorName(Assembly now) {
        return now.serving("allocator", TensorAllocator.ALGORITHM).map(Candidate::name)
                .orElseThrow(() -> Problem.failed("there is no memory to compute in", "nothing serves the slot allocator", "start the bundle org.llmsys.tensor"));
    }

    private static Candidate candidate(Assembly now, String slot, String name) {
        if (!now.slots().contains(slot)) {
            throw Problem.misused("there is no slot " + slot, "slots are " + String.join(", ", now.slots()), Names.suggestion(slot, now.slots()));
        }
        Set<String> names = new TreeSet<>();
        for (Candidate candidate : now.candidates(slot)) {
            if (candidate.name().equals(name)) {
                return candidate;
            }
            names.add(candidate.name());
        }
        throw Problem.misused("nothing in slot " + slot + " is called " + name, "it has " + String.join(", ", names), Names.suggestion(name, names));
    }
}
