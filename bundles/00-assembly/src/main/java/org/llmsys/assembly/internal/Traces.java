package org.llmsys.assembly.internal;

import java.lang.System.Logger.Level;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

import org.llmsys.assembly.TraceBus;
import org.osgi.service.component.annotations.Component;

/** The trace bus: a list of listeners, empty most of the time. */
@Component(service = TraceBus.class)
public final class Traces implements TraceBus {

    private static final System.Logger LOG = System.getLogger(Traces.class.getName());

    private record Listener(String glob, BiConsumer<String, Object> hears) {
    }

    private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();

    @Override
    public boolean wanted(String place) {
        if (listeners.isEmpty()) {   // one volatile read
            return false;
        }
        return listeners.stream().anyMatch(listener -> matches(listener.glob, place));
    }

    @Override
    public void show(String place, Object value) {
        for (Listener listener : listeners) {
            if (matches(listener.glob, place)) {
                try {
                    listener.hears.accept(place, value);
                } catch (RuntimeException e) {   // a spectator must not disturb the step: it is not asked again
                    listeners.removeIf(known -> known == listener);
                    LOG.log(Level.WARNING, "a trace listener on " + listener.glob + " failed at " + place + " and was removed", e);
                }
            }
        }
    }

    @Override
    public Listening listen(String glob, BiConsumer<String, Object> listener) {
        Listener added = new Listener(glob, listener);
        listeners.add(added);
        return () -> listeners.removeIf(known -> known == added);
    }

    /** Whether the whole text matches; {@code *} stands for any characters, also none. */
    static boolean matches(String glob, String text) {
        int g = 0;
        int t = 0;
        int star = -1;      // the last star seen, and where its characters end so far
        int starEnd = 0;
        while (t < text.length()) {
            if (g < glob.length() && glob.charAt(g) == '*') {
                star = g++;
                starEnd = t;
            } else if (g < glob.length() && glob.charAt(g) == text.charAt(t)) {
                g++;
                t++;
            } else if (star >= 0) {
                g = star + 1;
                t = ++starEnd;   // let the star take one more character
            } else {
                return false;
            }
        }
        while (g < glob.length() && glob.charAt(g) == '*') {
            g++;
        }
        return g == glob.length();
    }
}
