package org.llmsys.memory.internal;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Assumptions;
import org.llmsys.bindings.internal.NativeProviders;
import org.llmsys.tensor.WorkerPool;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** What room 14 offers over the real library, without a framework. */
final class NativeServices {

    private final Map<Class<?>, Object> services = new HashMap<>();

    private NativeServices() {
    }

    /** Skips the test, with the reason, where no library was built. */
    static NativeServices orSkip(WorkerPool pool) {
        NativeServices all = new NativeServices();
        NativeProviders providers = new NativeProviders(all.context(), pool);
        Assumptions.assumeTrue(providers.loaded(), () -> "there is no native library to test: " + providers.reason());
        return all;
    }

    /** Skips the test where the library was built without this. */
    <T> T get(Class<T> type) {
        Assumptions.assumeTrue(services.containsKey(type), () -> "the library has no " + type.getSimpleName() + ": it was built without cargo");
        return type.cast(services.get(type));
    }

    /** A context that takes registrations down, and cannot be asked for anything else. */
    private BundleContext context() {
        return proxy(BundleContext.class, (method, arguments) -> {
            if (method.equals("registerService") && arguments[0] instanceof Class<?> type) {
                services.putIfAbsent(type, arguments[1]);
                return proxy(ServiceRegistration.class, (other, nothing) -> null);
            }
            throw new AssertionError("a test has no framework, and was asked for " + method);
        });
    }

    private interface Answer {
        Object to(String method, Object[] arguments);
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (self, method, arguments) -> answer.to(method.getName(), arguments)));
    }
}
