package org.llmsys.integration.inside;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** What scenarios ask of the framework they run in. */
public final class House {

    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private final BundleContext context;

    public House(BundleContext context) {
        this.context = context;
    }

    /** The service of this type; waits for it, and explains its absence with the components that lack something. */
    public <T> T service(Class<T> type) {
        await(() -> context.getServiceReference(type) != null, () -> "nobody offers " + type.getName() + "; unsatisfied: " + unsatisfied());
        ServiceReference<T> reference = context.getServiceReference(type);
        return context.getService(reference);
    }

    /** All services of this type. */
    public <T> List<T> services(Class<T> type) {
        try {
            Collection<ServiceReference<T>> references = context.getServiceReferences(type, null);
            return references.stream().map(context::getService).toList();
        } catch (org.osgi.framework.InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The component runtime, which enables and disables components. */
    public ServiceComponentRuntime components() {
        return service(ServiceComponentRuntime.class);
    }

    /** A line for each component that cannot be used, and what it waits for. Room 15 may wait for a native library that is not there. */
    public List<String> unsatisfied() {
        ServiceComponentRuntime runtime = components();
        boolean library = context.getServiceReference("org.llmsys.bindings.NativeMemory") != null;
        List<String> lines = new ArrayList<>();
        for (ComponentDescriptionDTO description : runtime.getComponentDescriptionDTOs()) {
            if (!library && description.bundle.symbolicName.equals("org.llmsys.memory")) {
                continue;
            }
            for (ComponentConfigurationDTO configuration : runtime.getComponentConfigurationDTOs(description)) {
                boolean bad = (configuration.state & (ComponentConfigurationDTO.ACTIVE | ComponentConfigurationDTO.SATISFIED)) == 0;
                if (bad) {
                    lines.add(description.bundle.symbolicName + ": " + description.name + " waits for "
                            + Stream.of(configuration.unsatisfiedReferences).map(reference -> reference.name + " " + String.valueOf(reference.target)).toList()
                            + (configuration.failure == null ? "" : " and failed with " + configuration.failure.lines().findFirst().orElse("")));
                }
            }
        }
        return lines;
    }

    /** The description of a component by its class's simple name. */
    public ComponentDescriptionDTO component(String simpleName) {
        return components().getComponentDescriptionDTOs().stream().filter(description -> description.name.endsWith("." + simpleName)).findFirst()
                .orElseThrow(() -> new IllegalStateException("no component " + simpleName));
    }

    /** Waits until something holds. */
    public static void await(BooleanSupplier condition, Supplier<String> otherwise) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited for 20 s: " + otherwise.get());
            }
            pause(5);
        }
    }

    public static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
