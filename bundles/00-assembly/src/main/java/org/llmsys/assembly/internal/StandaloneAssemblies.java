package org.llmsys.assembly.internal;

import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;

/** The switchboard over plain objects: the first of each slot and algorithm is the default. */
public final class StandaloneAssemblies implements Assemblies {

    /** An object is its own instance. */
    private record Plain(Object make) implements Entry.Source {

        @Override
        public void release() {
        }

        @Override
        public boolean withdrawn() {
            return false;
        }
    }

    private final Switchboard switchboard;
    private long nextId = 1;

    public StandaloneAssemblies(List<?> providers) {
        this(providers, Settings.read(System::getProperty));
    }

    StandaloneAssemblies(List<?> providers, Settings settings) {
        switchboard = new Switchboard(settings);
        providers.forEach(this::arrive);
        switchboard.start();
    }

    /** Offers one more provider. */
    synchronized void arrive(Object provider) {
        long id = nextId++;
        switchboard.arrive(new Entry(id, new Plain(provider)), describe(provider, id));
    }

    Switchboard switchboard() {
        return switchboard;
    }

    /** Takes away whoever serves the slot under this name. */
    void leave(String slot, String name) {
        switchboard.current().candidates(slot).stream().filter(candidate -> candidate.name().equals(name))
                .forEach(candidate -> switchboard.leave(candidate.serviceId()));
    }

    private static Candidate describe(Object provider, long id) {
        for (Class<?> type = provider.getClass(); type != null; type = type.getSuperclass()) {
            Provider said = type.getAnnotation(Provider.class);
            if (said != null) {
                return new Candidate(said.slot(), said.algorithm(), said.name(), said.numerics(), said.summary(),
                        said.reference(), 0, id, provider.getClass().getPackageName(), null);
            }
        }
        throw Problem.misused(provider.getClass().getName() + " is no provider", "its class does not say what it serves",
                "annotate the class with @Provider(slot, algorithm, name)");
    }

    @Override
    public Assembly current() {
        return switchboard.current();
    }

    @Override
    public <P> StepRunner<P> runner(String owner, Blueprint<P> blueprint, StepListener listener) {
        return switchboard.runner(owner, blueprint, listener);
    }

    @Override
    public String use(String slot, String name) {
        return switchboard.use(slot, name);
    }

    @Override
    public String experiment(String slot, String name) {
        return switchboard.experiment(slot, name);
    }

    @Override
    public void pardon(String slot, String name) {
        switchboard.pardon(slot, name);
    }

    @Override
    public <T> Held<T> hold(Class<T> type, String name) {
        return switchboard.hold(type, name);
    }
}
