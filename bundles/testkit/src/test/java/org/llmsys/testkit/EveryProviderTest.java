package org.llmsys.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.llmsys.assembly.Provider;
import org.llmsys.assembly.Slot;
import org.llmsys.tensor.WorkerPool;

/**
 * Runs each contract over every provider on the class path. Providers are found as the framework finds them: by the component
 * descriptions that the manifests name, so a new one is checked without being listed here.
 */
class EveryProviderTest {

    private static final Pattern IMPLEMENTATION = Pattern.compile("<implementation class=\"([^\"]+)\"");

    @TestFactory
    Stream<DynamicTest> holdsItsContract() {
        List<Contract<?>> contracts = components(Contract.class).stream().<Contract<?>>map(type -> (Contract<?>) make(type)).toList();
        return contracts.stream().flatMap(contract -> components(contract.service()).stream()
                .filter(type -> type.isAnnotationPresent(Provider.class))
                .map(type -> DynamicTest.dynamicTest(contract.service().getSimpleName() + " " + type.getAnnotation(Provider.class).name(), () -> {
                    Checks.Report report = run(contract, make(type), type.getAnnotation(Provider.class));
                    assertEquals(List.of(), report.failures());
                    assertTrue(report.passed() + report.skipped() > 0, "nothing was checked");
                })));
    }

    @Test
    @DisplayName("the first contracts are there, and each finds providers")
    void contractsAreThere() {
        Set<String> slots = new TreeSet<>();
        for (Class<?> type : components(Contract.class)) {
            Class<?> service = ((Contract<?>) make(type)).service();
            slots.add(service.getAnnotation(Slot.class).value());
            assertTrue(components(service).size() > 0, "no provider of " + service + " was found");
        }
        assertTrue(slots.containsAll(List.of("matmul", "attention", "tokenizer", "position", "normalization", "activation", "sampler", "allocator")),
                "there are only " + slots);
    }

    private static <T> Checks.Report run(Contract<T> contract, Object provider, Provider said) {
        Checks checks = new Checks();
        contract.check(contract.service().cast(provider), new Contract.Subject(said.algorithm(), said.name(), said.numerics()), checks);
        return checks.report();
    }

    /** Component classes on the class path that implement {@code service}. */
    private static List<Class<?>> components(Class<?> service) {
        List<Class<?>> found = new ArrayList<>();
        try {
            ClassLoader loader = EveryProviderTest.class.getClassLoader();
            for (URL url : Collections.list(loader.getResources("META-INF/MANIFEST.MF"))) {
                try (InputStream in = url.openStream()) {
                    String descriptions = new Manifest(in).getMainAttributes().getValue("Service-Component");
                    String name = new Manifest(url.openStream()).getMainAttributes().getValue("Bundle-SymbolicName");
                    if (descriptions != null && name != null && name.startsWith("org.llmsys.")) {
                        for (String description : descriptions.split(",")) {
                            Class<?> type = implementation(new URL(url, "../" + description.trim()));
                            if (service.isAssignableFrom(type)) {
                                found.add(type);
                            }
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static Class<?> implementation(URL description) throws IOException {
        try (InputStream in = description.openStream()) {
            Matcher matcher = IMPLEMENTATION.matcher(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
            assertTrue(matcher.find(), "no implementation in " + description);
            return Class.forName(matcher.group(1), false, EveryProviderTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IOException(e);
        }
    }

    /** By the one public constructor: without arguments, or with the worker pool. */
    private static Object make(Class<?> type) {
        try {
            Constructor<?> constructor = type.getConstructors()[0];
            Class<?>[] parameters = constructor.getParameterTypes();
            if (parameters.length == 0) {
                return constructor.newInstance();
            }
            assertEquals(List.of(WorkerPool.class), List.of(parameters), type + " wants something the kit cannot give");
            return constructor.newInstance(WorkerPool.of(2));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(type + " cannot be made", e);
        }
    }
}
