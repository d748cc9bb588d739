package org.llmsys.inference;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.jar.Manifest;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Provider;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;

/** A workbench of every provider on the test's class path, found as a framework finds them: by the component headers of the bundles. */
final class ClassPathWorkbench {

    private ClassPathWorkbench() {
    }

    /** @param first providers that come before the others, so that they are the default in their slots */
    static Assemblies with(Object... first) {
        return without("", first);
    }

    /** The same without the providers of one slot. */
    static Assemblies without(String slot, Object... first) {
        List<Object> providers = new ArrayList<>(List.of(first));
        providers.add(TensorAllocator.heap());                   // before any other allocator of the class path
        try {
            for (String name : components()) {
                Class<?> type = Class.forName(name);
                if (type.isAnnotationPresent(Provider.class) && !type.getAnnotation(Provider.class).slot().equals(slot) && injectable(type)) {
                    Constructor<?> constructor = type.getConstructors()[0];
                    providers.add(constructor.getParameterCount() == 0 ? constructor.newInstance() : constructor.newInstance(WorkerPool.SERIAL));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
        return Assemblies.of(providers.toArray());
    }

    /** A provider that asks for nothing, or for the worker pool. */
    private static boolean injectable(Class<?> type) {
        Class<?>[] parameters = type.getConstructors()[0].getParameterTypes();
        return parameters.length == 0 || parameters.length == 1 && parameters[0] == WorkerPool.class;
    }

    /** Class names in the Service-Component headers, sorted. */
    private static TreeSet<String> components() throws IOException {
        TreeSet<String> names = new TreeSet<>();
        for (URL url : Collections.list(ClassPathWorkbench.class.getClassLoader().getResources("META-INF/MANIFEST.MF"))) {
            try (InputStream in = url.openStream()) {
                String header = new Manifest(in).getMainAttributes().getValue("Service-Component");
                if (header != null) {
                    for (String path : header.split(",")) {
                        if (path.strip().startsWith("OSGI-INF/org.llmsys.")) {
                            names.add(path.strip().replace("OSGI-INF/", "").replace(".xml", ""));
                        }
                    }
                }
            }
        }
        return names;
    }
}
