package org.llmsys.bindings.internal;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What this revision of the bundle has open in the engine: closed with it, last opened first, so that nothing is left behind by an update. */
final class OpenObjects implements AutoCloseable {

    private final Set<AutoCloseable> open = Collections.synchronizedSet(new LinkedHashSet<>());

    <T extends AutoCloseable> T add(T object) {
        open.add(object);
        return object;
    }

    void remove(AutoCloseable object) {
        open.remove(object);
    }

    @Override
    public void close() {
        List<AutoCloseable> all;
        synchronized (open) {
            all = List.copyOf(open);
            open.clear();
        }
        for (AutoCloseable each : all.reversed()) {
            try {
                each.close();
            } catch (Exception e) {
                // the others are given back all the same
            }
        }
    }
}
