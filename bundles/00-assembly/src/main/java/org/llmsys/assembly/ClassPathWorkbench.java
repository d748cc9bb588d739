package org.llmsys.assembly;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.internal.ComponentDescription;

/**
 * The workbench without a framework, for tests and for embedding: every component on the class path, made on first use and wired by
 * its constructor, as the framework would. Nothing arrives or leaves later; for that, run the framework.
 *
 * <pre>{@code
 * try (ClassPathWorkbench workbench = ClassPathWorkbench.open(WorkerPool.of(2))) {
 *     LoadedModel model = workbench.get(ModelStore.class).load(Path.of("my-model"));
 *     …
 * }
 * }</pre>
 *
 * <p>What is given comes before what is found: a {@link Provider} given is the default of its slot, and any other object serves
 * where its type is asked for. Components that need the framework itself are left out; the worker pool is one, so give it.
 * For one thread to open and close; the services are as thread-safe as ever.
 */
public final class ClassPathWorkbench implements AutoCloseable {

    private final List<Object> given;
    private final List<ComponentDescription> found;
    private final Map<ComponentDescription, Object> made = new HashMap<>();
    private final Assemblies assemblies;

    private ClassPathWorkbench(String emptySlot, List<Object> given, ClassLoader loader) {
        this.given = given;
        this.found = ComponentDescription.onClassPath(loader).stream()
                .sorted(Comparator.comparingInt(ComponentDescription::ranking).reversed()).toList();
        List<Object> providers = new ArrayList<>(given.stream().filter(ClassPathWorkbench::isProvider).toList());
        for (ComponentDescription component : found) {
            if (component.isProvider() && !component.slot().equals(emptySlot) && !needsAssemblies(component)) {
                Object provider = make(component);
                if (provider != null) {
                    providers.add(provider);
                }
            }
        }
        this.assemblies = Assemblies.of(providers.toArray());
    }

    /** Opens the workbench of this class's class path. @param given objects that come first */
    public static ClassPathWorkbench open(Object... given) {
        return openWithout("", given);
    }

    /** The same with one slot left empty: to see what happens when nothing serves it. */
    public static ClassPathWorkbench openWithout(String slot, Object... given) {
        return new ClassPathWorkbench(slot, List.of(given), ClassPathWorkbench.class.getClassLoader());
    }

    /** The switchboard over all providers. */
    public Assemblies assemblies() {
        return assemblies;
    }

    /**
     * The service of this type with the highest ranking.
     *
     * @throws Problem when no component on the class path offers it
     */
    public <T> T get(Class<T> service) {
        T answer = find(service);
        if (answer == null) {
            throw Problem.failed("there is no " + service.getName(), "no component on the class path offers it, or it needs a framework",
                    "put the bundle that offers it on the class path, or give one to open()");
        }
        return answer;
    }

    private synchronized <T> T find(Class<T> service) {
        if (service == Assemblies.class) {
            return service.cast(assemblies);
        }
        for (Object object : given) {
            if (service.isInstance(object)) {
                return service.cast(object);
            }
        }
        for (ComponentDescription component : found) {
            if (component.offers(service)) {
                Object object = make(component);
                if (object != null) {
                    return service.cast(object);
                }
            }
        }
        return null;
    }

    /** Makes a component through its constructor; null when something it asks for is not there. */
    private Object make(ComponentDescription component) {
        Object before = made.get(component);
        if (before != null) {
            return before;
        }
        Class<?>[] wanted = component.parameters();
        Object[] arguments = new Object[wanted.length];
        for (int i = 0; i < wanted.length; i++) {
            arguments[i] = find(wanted[i]);
            if (arguments[i] == null) {
                return null;
            }
        }
        Object object = component.create(arguments);
        made.put(component, object);
        return object;
    }

    private static boolean isProvider(Object object) {
        return object.getClass().isAnnotationPresent(Provider.class);
    }

    private static boolean needsAssemblies(ComponentDescription component) {
        return Arrays.asList(component.parameters()).contains(Assemblies.class);
    }

    /** Closes what was made and can be closed; what was given is the giver's. */
    @Override
    public void close() {
        for (Object object : made.values()) {
            if (object instanceof AutoCloseable closeable) {
                try {
                    closeable.close();
                } catch (Exception e) {
                    throw new IllegalStateException(object.getClass() + " cannot be closed", e);
                }
            }
        }
        made.clear();
    }
}
