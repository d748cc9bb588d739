package org.llmsys.bindings.internal;

import org.llmsys.bindings.NativeLibrary;
import org.llmsys.inference.EngineLimits;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.ModelStore;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Offers the whole engine in slot {@code engine}, when there is a library. What it opened is closed with the bundle. */
@Component(service = {}, immediate = true)
public final class NativeEngineProvider {

    private final OpenObjects open = new OpenObjects();
    private final EngineModels models;
    private final ServiceRegistration<InferenceEngine> registration;

    @Activate
    public NativeEngineProvider(BundleContext context, @Reference NativeLibrary library, @Reference ModelStore store) {
        models = new EngineModels(store);
        NativeEngine engine = new NativeEngine(models, open, EngineLimits.NONE);
        registration = !library.loaded() ? null : context.registerService(InferenceEngine.class, engine, new Offer<>(InferenceEngine.class, engine,
                "engine",
                "autoregressive", "native", "", "the whole way of a token in C++", "", Offers.ON_REQUEST).properties());
    }

    @Deactivate
    void deactivate() {
        if (registration != null) {
            try {
                registration.unregister();
            } catch (IllegalStateException gone) {
                // the framework took it back already
            }
        }
        open.close();
        models.close();
    }
}
