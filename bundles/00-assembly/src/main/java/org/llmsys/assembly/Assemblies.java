package org.llmsys.assembly;

import java.util.List;

import org.llmsys.assembly.internal.StandaloneAssemblies;
import org.osgi.annotation.versioning.ProviderType;

/** The workbench's switchboard: the current assembly, runners that lease from it, and the user's choice. One service, thread-safe. */
@ProviderType
public interface Assemblies {

    /** The current snapshot. */
    Assembly current();

    /**
     * A runner for steps of a plan.
     *
     * @param owner     who runs, for messages: {@code generate}, {@code train}
     * @param blueprint builds the plan
     * @param listener  hears of pauses, faults and quarantines
     */
    <P> StepRunner<P> runner(String owner, Blueprint<P> blueprint, StepListener listener);

    /**
     * Chooses who serves a slot, from the next lease on; kept over restarts. {@code name} {@code auto} forgets the choice.
     *
     * @return one sentence on what is now in effect
     * @throws Problem for an unknown slot or name, with the nearest known one
     */
    String use(String slot, String name);

    /**
     * Like {@link #use}, across algorithms: a declared experiment, which serves whatever the model asks for. Never stored; ends with
     * {@code auto}, or with the next {@link #use} of the slot.
     */
    String experiment(String slot, String name);

    /** Puts a quarantined provider back. */
    void pardon(String slot, String name);

    /**
     * One provider by its name, chosen or not, in quarantine or not: for tools such as {@code check} and {@code compare}.
     *
     * <pre>{@code
     * try (Held<MatmulKernel> held = assemblies.hold(MatmulKernel.class, "tiled")) {
     *     held.provider().multiply(a, b, c, false);
     * }
     * }</pre>
     *
     * @param type the slot's interface
     * @return the service object, held until the returned handle is closed
     * @throws Problem when nothing has this name, or it cannot be started
     */
    <T> Held<T> hold(Class<T> type, String name);

    /** A provider held outside a step, by a tool. Close it soon: its bundle waits for you when it stops. */
    interface Held<T> extends AutoCloseable {
        T provider();

        @Override
        void close();
    }

    /**
     * The same switchboard without a framework, for tests and for embedding: serves the given objects, whose classes are
     * annotated {@link Provider}, the first of a slot being the default.
     */
    static Assemblies of(Object... providers) {
        return new StandaloneAssemblies(List.of(providers));
    }
}
