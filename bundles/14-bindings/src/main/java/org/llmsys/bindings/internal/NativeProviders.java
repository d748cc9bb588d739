package org.llmsys.bindings.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.bindings.NativeImplementation;
import org.llmsys.bindings.NativeLibrary;
import org.llmsys.bindings.NativeMemory;
import org.llmsys.bindings.NativePipelines;
import org.llmsys.bindings.NativeServers;
import org.llmsys.tensor.WorkerPool;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Loads the library and offers what is in it. Without a library nothing is offered but this, which says why.
 *
 * <p>When the bundle stops, services go first; that waits until no step uses one. Then everything that they gave out is closed: memory, pipelines,
 * servers, models; whoever still holds one is told that it is closed. Last, the engine's threads end, because their code goes with the class loader.
 */
@Component(service = NativeLibrary.class, immediate = true)
public final class NativeProviders implements NativeLibrary {

    /** The engine's own limit. */
    private static final int MOST_THREADS = 256;

    private final LoadedLibrary library;
    private final String reason;
    private final List<NativeImplementation> implementations;
    private final OpenObjects open = new OpenObjects();
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

    @Activate
    public NativeProviders(BundleContext context, @Reference WorkerPool pool) {
        LoadedLibrary loaded = null;
        String why = null;
        try {
            loaded = LoadedLibrary.load();
            loaded.threads(Math.min(MOST_THREADS, pool.threads()));
        } catch (LinkageError missing) {
            why = "there is no native library for " + System.getProperty("os.name") + " on " + System.getProperty("os.arch") + " in the bundle ("
                    + missing.getMessage() + "); ./llmsys build native makes one where a C++ compiler and CMake are";
        }
        library = loaded;
        reason = why;
        implementations = loaded == null ? List.of() : List.copyOf(loaded.implementations());
        if (loaded != null) {
            registrations.add(context.registerService(NativeMemory.class, new AllocatedMemory(open, loaded.rust()), null));
            if (loaded.rust()) {
                registrations.add(context.registerService(NativePipelines.class, settings -> OpenPipeline.open(settings, open), null));
                registrations.add(context.registerService(NativeServers.class, settings -> RunningServer.start(settings, open), null));
            }
            for (Offer<?> offer : Offers.of(implementations)) {
                registrations.add(register(context, offer));
            }
        }
    }

    private static <S> ServiceRegistration<S> register(BundleContext context, Offer<S> offer) {
        return context.registerService(offer.type(), offer.service(), offer.properties());
    }

    @Deactivate
    void deactivate() {
        for (ServiceRegistration<?> each : registrations.reversed()) {
            try {
                each.unregister();
            } catch (IllegalStateException gone) {
                // the framework took it back already
            }
        }
        registrations.clear();
        open.close();
        if (library != null) {
            library.close();
        }
    }

    @Override
    public boolean loaded() {
        return library != null;
    }

    @Override
    public String reason() {
        return reason;
    }

    @Override
    public String version() {
        return library == null ? null : library.version();
    }

    @Override
    public String cpu() {
        return library == null ? null : library.cpu();
    }

    @Override
    public int threads() {
        return library == null ? 0 : library.threads();
    }

    @Override
    public List<NativeImplementation> implementations() {
        return implementations;
    }

    @Override
    public long copies() {
        return Operand.COPIES.sum();
    }
}
