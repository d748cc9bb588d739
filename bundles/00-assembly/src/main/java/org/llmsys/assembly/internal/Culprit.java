package org.llmsys.assembly.internal;

import java.util.List;

/** Finds the provider in whose code an exception arose: for what a provider made (a filter, an optimizer), which no proxy watches. */
final class Culprit {

    private Culprit() {
    }

    /** The provider whose class, or a class nested in it, comes first in the stack trace; null when there is none. */
    static Offer of(Throwable thrown, Bound bound) {
        List<Object> providers = bound.instances();
        for (StackTraceElement frame : thrown.getStackTrace()) {
            for (int i = 0; i < providers.size(); i++) {
                String type = providers.get(i).getClass().getName();
                if (frame.getClassName().equals(type) || frame.getClassName().startsWith(type + "$")) {
                    return bound.offers.get(i);
                }
            }
        }
        return null;
    }
}
