package org.llmsys.assembly.internal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;

import org.llmsys.assembly.Finite;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Slot;

/**
 * Looks over every kernel call of a step that is repeated after a fault, and notes who may have caused it.
 *
 * <p>A provider is <em>accused</em> when it throws, or when all its arguments were finite and afterwards an argument or the result
 * is not. It is only <em>doubtful</em> when something was not finite before and still is afterwards: it may have passed on what came
 * in, or have spoilt an output buffer that the failed attempt had spoilt before. Neither is a verdict: that is for the rerun
 * without the provider.
 */
final class Watch {

    private final Bound bound;
    private final Map<Offer, String> accused = new LinkedHashMap<>();
    private final Map<Offer, String> doubtful = new LinkedHashMap<>();

    Watch(Bound bound) {
        this.bound = bound;
    }

    /** In the order of their first fault. */
    synchronized Map<Offer, String> accused() {
        return new LinkedHashMap<>(accused);
    }

    synchronized Map<Offer, String> doubtful() {
        return new LinkedHashMap<>(doubtful);
    }

    synchronized void accuse(Offer offer, String reason) {
        if (offer != null) {
            accused.putIfAbsent(offer, reason);
        }
    }

    private synchronized void doubt(Offer offer, String reason) {
        doubtful.putIfAbsent(offer, reason);
    }

    /** A watching stand-in for each provider, by need. */
    Object[] proxies() {
        Object[] proxies = bound.serving.clone();
        for (Need<?> need : bound.plan.needs) {
            proxies[need.index()] = watched(need, proxies[need.index()], bound.offer(need));
        }
        return proxies;
    }

    private Object watched(Need<?> need, Object provider, Offer offer) {
        Class<?> type = need.type();
        if (!type.isInterface() || type.isSealed()) {
            return provider;   // cannot be stood in for
        }
        boolean finite = type.getAnnotation(Slot.class).finite();
        InvocationHandler handler = (proxy, method, arguments) -> call(provider, offer, finite, method, arguments);
        try {
            return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
        } catch (IllegalArgumentException e) {
            return provider;   // its types cannot be seen from here: it stays unwatched, and may be blamed for what it throws
        }
    }

    private Object call(Object provider, Offer offer, boolean finite, Method method, Object[] arguments) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return invoke(provider, method, arguments);
        }
        boolean cleanBefore = !finite || isFinite(arguments);
        Object result;
        try {
            result = invoke(provider, method, arguments);
        } catch (CancellationException | OutOfMemoryError | Lease.Gone | Lease.Blamed e) {
            throw e;
        } catch (Throwable e) {
            accuse(offer, method.getName() + " threw " + e);
            throw e;
        }
        if (finite && !(isFinite(arguments) && isFinite(result))) {
            if (cleanBefore) {
                accuse(offer, method.getName() + " turned finite numbers into NaN or infinity");
            } else {
                doubt(offer, method.getName() + " gave NaN or infinity");
            }
        }
        return result;
    }

    private static Object invoke(Object provider, Method method, Object[] arguments) throws Throwable {
        method.trySetAccessible();   // an interface may be nested in a class that is not public
        try {
            return method.invoke(provider, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Whether all numbers in here are finite; what holds no numbers that we can see is. */
    static boolean isFinite(Object value) {
        return switch (value) {
            case null -> true;
            case Finite numbers -> numbers.allFinite();
            case float[] numbers -> isFinite(numbers);
            case double[] numbers -> Arrays.stream(numbers).allMatch(Double::isFinite);
            case Float number -> Float.isFinite(number);
            case Double number -> Double.isFinite(number);
            case Object[] values -> Arrays.stream(values).allMatch(Watch::isFinite);
            case Collection<?> values -> values.stream().allMatch(Watch::isFinite);
            default -> true;
        };
    }

    private static boolean isFinite(float[] numbers) {
        for (float number : numbers) {
            if (!Float.isFinite(number)) {
                return false;
            }
        }
        return true;
    }
}
