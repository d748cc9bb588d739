package org.llmsys.assembly.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.MissingProvider;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Slot;

/**
 * What a {@link org.llmsys.assembly.Blueprint} built, with the needs its layers declared and the structural providers that helped
 * to build it. It stays valid as long as those structural providers are still the ones chosen.
 */
final class Plan<P> {

    /** A provider that built a part of the plan. */
    record Part(Class<?> type, String slot, String algorithm, Offer offer, Object instance) {
    }

    final P value;
    final List<Need<?>> needs;
    final List<Part> parts;

    private Plan(P value, List<Need<?>> needs, List<Part> parts) {
        this.value = value;
        this.needs = List.copyOf(needs);
        this.parts = List.copyOf(parts);
    }

    static <P> Plan<P> build(Blueprint<P> blueprint, Binder binder) {
        Declared declared = new Declared(binder);
        P value = blueprint.build(declared);
        declared.closed = true;
        return new Plan<>(value, declared.needs, declared.parts);
    }

    /** Whether the same structural providers would be picked again. */
    boolean fits(Binder binder) {
        for (Part part : parts) {
            Binder.Choice choice = binder.choose(part.type, part.slot, part.algorithm);
            if (choice == null || choice.offer().entry() != part.offer.entry()) {
                return false;
            }
        }
        return true;
    }

    boolean uses(Entry entry) {
        return parts.stream().anyMatch(part -> part.offer.entry() == entry);
    }

    /** The name of a slot, from the annotation on its interface. */
    static String slotOf(Class<?> type) {
        Slot slot = type.getAnnotation(Slot.class);
        if (slot == null) {
            throw new IllegalArgumentException(type.getName() + " is no slot: annotate it with @Slot(\"name\")");
        }
        return slot.value();
    }

    /** Collects what the layers declare while the blueprint runs. */
    private static final class Declared implements Needs {

        private final Binder binder;
        private final List<Need<?>> needs = new ArrayList<>();
        private final List<Part> parts = new ArrayList<>();
        private boolean closed;

        Declared(Binder binder) {
            this.binder = binder;
        }

        @Override
        @SuppressWarnings("unchecked")   // equal type, so the need is a Need<T>
        public <T> Need<T> add(Class<T> type, String algorithm) {
            requireOpen();
            String slot = slotOf(type);
            for (Need<?> need : needs) {
                if (need.type() == type && need.algorithm().equals(algorithm)) {
                    return (Need<T>) need;
                }
            }
            Need<T> need = new Need<>(type, slot, algorithm, needs.size());
            needs.add(need);
            return need;
        }

        @Override
        public <T> T structure(Class<T> type, String algorithm) {
            requireOpen();
            String slot = slotOf(type);
            Binder.Choice choice = binder.choose(type, slot, algorithm);
            if (choice == null) {
                throw new MissingProvider(slot, algorithm);
            }
            parts.add(new Part(type, slot, algorithm, choice.offer(), choice.instance()));
            return type.cast(choice.instance());
        }

        private void requireOpen() {
            if (closed) {
                throw new IllegalStateException("needs are declared while the plan is built, not later");
            }
        }
    }
}
