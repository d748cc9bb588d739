package org.llmsys.shell.internal;

import java.util.HashMap;
import java.util.Map;

import org.llmsys.assembly.Slot;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Which room a slot belongs to: the last name of the package of the bundle that declares it. */
@Component(service = Rooms.class)
public final class Rooms {

    private final BundleContext context;

    @Activate
    public Rooms(BundleContext context) {
        this.context = context;
    }

    /** The room, or empty when no bundle declares the slot. */
    String of(String slot) {
        return declared().getOrDefault(slot, new Declaration("", "")).room();
    }

    /** The interface behind a slot: its class's name, or empty. */
    String type(String slot) {
        return declared().getOrDefault(slot, new Declaration("", "")).type();
    }

    private record Declaration(String room, String type) {
    }

    private Map<String, Declaration> declared() {
        Map<String, Declaration> slots = new HashMap<>();
        for (Bundle bundle : context.getBundles()) {
            BundleRevision revision = bundle.adapt(BundleRevision.class);
            if (revision != null) {
                for (BundleCapability capability : revision.getDeclaredCapabilities(Slot.NAMESPACE)) {
                    String name = bundle.getSymbolicName();
                    slots.put((String) capability.getAttributes().get(Slot.NAMESPACE), new Declaration(name.substring(name.lastIndexOf('.') + 1),
                            String.valueOf(capability.getAttributes().get("type"))));
                }
            }
        }
        return slots;
    }
}
