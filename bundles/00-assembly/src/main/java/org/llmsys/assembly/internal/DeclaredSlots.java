package org.llmsys.assembly.internal;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import org.llmsys.assembly.Slot;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.util.tracker.BundleTracker;

/** The slots that installed bundles declare by {@link Slot}: read from their manifests, so a slot is known before anything serves it. */
final class DeclaredSlots extends BundleTracker<Set<String>> {

    private static final int PRESENT = Bundle.INSTALLED | Bundle.RESOLVED | Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING;

    private final Map<Long, Set<String>> byBundle = new ConcurrentHashMap<>();
    private final Consumer<Set<String>> hears;

    DeclaredSlots(BundleContext context, Consumer<Set<String>> hears) {
        super(context, PRESENT, null);
        this.hears = hears;
    }

    @Override
    public Set<String> addingBundle(Bundle bundle, BundleEvent event) {
        return read(bundle);
    }

    @Override
    public void modifiedBundle(Bundle bundle, BundleEvent event, Set<String> before) {
        if (event != null && event.getType() == BundleEvent.UPDATED) {
            read(bundle);
        }
    }

    @Override
    public void removedBundle(Bundle bundle, BundleEvent event, Set<String> before) {
        if (byBundle.remove(bundle.getBundleId()) != null) {
            tell();
        }
    }

    private Set<String> read(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        Set<String> slots = revision == null ? Set.of() : revision.getDeclaredCapabilities(Slot.NAMESPACE).stream()
                .map(capability -> String.valueOf(capability.getAttributes().get(Slot.NAMESPACE))).collect(Collectors.toSet());
        Set<String> before = slots.isEmpty() ? byBundle.remove(bundle.getBundleId()) : byBundle.put(bundle.getBundleId(), slots);
        if (!slots.equals(before == null ? Set.of() : before)) {
            tell();
        }
        return slots;
    }

    private void tell() {
        Set<String> all = new TreeSet<>();
        byBundle.values().forEach(all::addAll);
        hears.accept(all);
    }
}
