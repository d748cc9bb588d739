package org.llmsys.inference.insight;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.sampling.LogitsFilter;
import org.llmsys.sampling.LogitsFilterFactory;
import org.llmsys.sampling.Option;
import org.llmsys.sampling.Options;

/**
 * The workbench with one more filter, a tap: it changes nothing and remembers the logits that passed. Put between the filters of a sequence it shows
 * what an engine really chooses from, because the engine itself runs it. For one sequence.
 *
 * <pre>
 *   logits --tap 0--&gt; filter 1 --tap 1--&gt; filter 2 --tap 2--&gt; sampler
 * </pre>
 */
final class LogitsTaps implements Assemblies {

    /** Hyphens at the end: no provider is called so. */
    private static final String TAP = "tap--";
    private static final Option PLACE = new Option("place", 0, 0, 1 << 20, "which tap");

    private final Assemblies assemblies;
    private final Assembly pinned;
    private final Map<Integer, float[]> seen = new HashMap<>();
    private int only = -1;

    /** @param pinned serves every step; null for the workbench's current choice */
    LogitsTaps(Assemblies assemblies, Assembly pinned) {
        this.assemblies = assemblies;
        this.pinned = pinned;
    }

    /** A tap before the first filter, and one behind each. */
    static List<FilterChoice> between(List<FilterChoice> filters) {
        List<FilterChoice> all = new ArrayList<>();
        all.add(tap(0));
        for (FilterChoice filter : filters) {
            all.add(filter);
            all.add(tap(all.size() / 2));
        }
        return all;
    }

    private static FilterChoice tap(int place) {
        return new FilterChoice(TAP, Map.of(PLACE.name(), (double) place));
    }

    /** What passed tap {@code place} last, shape (V); null before anything did. */
    float[] seen(int place) {
        return seen.get(place);
    }

    /** From now on the first tap lets this id through and no other; -1 for all. */
    void letThrough(int id) {
        only = id;
    }

    private LogitsFilter tapAt(int place) {
        return logits -> {
            seen.put(place, logits.clone());
            if (place == 0 && only >= 0) {
                float kept = logits[only];
                Arrays.fill(logits, Float.NEGATIVE_INFINITY);
                logits[only] = kept;
            }
        };
    }

    /** The service behind taps. */
    private final class Factory implements LogitsFilterFactory {

        @Override
        public List<Option> options() {
            return List.of(PLACE);
        }

        @Override
        public LogitsFilter create(Options options) {
            return tapAt((int) options.number(PLACE.name()));
        }
    }

    private record Own<T>(T provider) implements Held<T> {

        @Override
        public void close() {
            // nothing is held
        }
    }

    @Override
    public <T> Held<T> hold(Class<T> type, String name) {
        return type == LogitsFilterFactory.class && name.equals(TAP) ? new Own<>(type.cast(new Factory())) : assemblies.hold(type, name);
    }

    // ---- the rest is the workbench's -------------------------------------------------------------------------------------------

    @Override
    public Assembly current() {
        return pinned == null ? assemblies.current() : pinned;
    }

    @Override
    public <P> StepRunner<P> runner(String owner, Blueprint<P> blueprint, StepListener listener) {
        StepRunner<P> runner = assemblies.runner(owner, blueprint, listener);
        runner.pin(pinned);
        return runner;
    }

    @Override
    public String use(String slot, String name) {
        return assemblies.use(slot, name);
    }

    @Override
    public String experiment(String slot, String name) {
        return assemblies.experiment(slot, name);
    }

    @Override
    public void pardon(String slot, String name) {
        assemblies.pardon(slot, name);
    }
}
