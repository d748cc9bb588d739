package org.llmsys.assembly.internal;

import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;

/** Placeholder: written by the room's builder. */
public final class StandaloneAssemblies implements Assemblies {
    public StandaloneAssemblies(List<Object> providers) {}
    @Override public Assembly current() { return null; }
    @Override public <P> StepRunner<P> runner(String owner, Blueprint<P> blueprint, StepListener listener) { return null; }
    @Override public String use(String slot, String name) { return null; }
    @Override public String experiment(String slot, String name) { return null; }
    @Override public void pardon(String slot, String name) { }
    @Override public <T> Held<T> hold(Class<T> type, String name) { return null; }
}
