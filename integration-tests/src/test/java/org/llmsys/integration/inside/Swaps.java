package org.llmsys.integration.inside;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Problem;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** Every way to exchange the matrix multiplication, again and again, the new provider always before the old one goes. */
final class Swaps {

    private static final List<String> NAMES = List.of("naive", "tiled", "parallel", "vector");
    private static final List<String> COMPONENTS = List.of("NaiveMatmul", "TiledMatmul", "ParallelMatmul", "VectorMatmul");
    private static final String ROOM = "org.llmsys.matmul";
    private static final String VECTOR = "org.llmsys.vector";

    /** One exchange, the n-th of its way. */
    @FunctionalInterface
    private interface Swap {
        void swap(int n) throws Exception;
    }

    private final BundleContext context;
    private final House house;
    private final long intervalNanos;
    private final Map<String, Integer> counts = new LinkedHashMap<>();
    private final long startNanos = System.nanoTime();
    private final Map<String, Long> slowestMillis = new LinkedHashMap<>();
    private long endNanos;

    Swaps(BundleContext context, House house, int perSecond) {
        this.context = context;
        this.house = house;
        this.intervalNanos = 1_000_000_000L / perSecond;
    }

    /**
     * So many exchanges: a quarter by choice, a quarter by components, an eighth each by stopping and by updating bundles, beside which
     * the choice goes on changing. Fewer when somebody has given up.
     */
    void all(int swaps, BooleanSupplier givenUp) {
        Assemblies assemblies = house.service(Assemblies.class);
        way("use", swaps / 4, givenUp, n -> assemblies.use("matmul", NAMES.get(n % NAMES.size())));
        assemblies.use("matmul", "auto");                    // a choice would outlast the changes below: let whoever is there serve
        components(swaps / 4, givenUp);
        Thread choosing = choosing(assemblies);              // a bundle takes longer to go than a choice: keep the pace meanwhile
        way("stop and start", swaps / 8, givenUp, n -> {
            Bundle next = bundle(n % 2 == 0 ? ROOM : VECTOR);
            Bundle last = bundle(n % 2 == 0 ? VECTOR : ROOM);
            next.start();
            if (n % 2 == 0) {
                assemblies.use("matmul", n % 4 == 0 ? "naive" : "tiled");   // kept while its bundle is away
            }
            last.stop();
        });
        bundleStart(ROOM);
        bundleStart(VECTOR);
        way("update and refresh", swaps / 8, givenUp, n -> {
            assemblies.use("matmul", List.of("vector", "naive", "vector", "tiled").get(n % 4));
            updateAndRefresh(bundle(VECTOR));
        });
        endNanos = System.nanoTime();
        choosing.interrupt();
        done(choosing::join);
        assemblies.use("matmul", "auto");
    }

    /** Changes the choice at the storm's pace until interrupted, beside the slower ways. */
    private Thread choosing(Assemblies assemblies) {
        return Thread.ofPlatform().name("storm-use").start(() -> {
            long due = System.nanoTime();
            for (int n = 0; !Thread.currentThread().isInterrupted(); n++) {
                try {
                    assemblies.use("matmul", NAMES.get(n % NAMES.size()));
                    synchronized (counts) {
                        counts.merge("use beside it", 1, Integer::sum);
                    }
                } catch (Problem away) {
                    n++;                                     // its bundle is stopped at the moment; the next one is there
                }
                due += intervalNanos;
                LockSupport.parkNanos(due - System.nanoTime());
            }
        });
    }

    Map<String, Integer> counts() {
        return counts;
    }

    /** The longest that somebody waited for an exchange, by its way. */
    Map<String, Long> slowestMillis() {
        return slowestMillis;
    }

    double seconds() {
        return (endNanos - startNanos) / 1e9;
    }

    private void components(int swaps, BooleanSupplier givenUp) {
        ServiceComponentRuntime runtime = house.components();
        List<ComponentDescriptionDTO> components = COMPONENTS.stream().map(house::component).toList();
        for (ComponentDescriptionDTO component : components.subList(1, components.size())) {
            done(() -> runtime.disableComponent(component).getValue());
        }
        way("enable and disable", swaps, givenUp, n -> {
            runtime.enableComponent(components.get((n + 1) % components.size())).getValue();
            runtime.disableComponent(components.get(n % components.size())).getValue();
        });
        for (ComponentDescriptionDTO component : components) {
            done(() -> runtime.enableComponent(component).getValue());
        }
    }

    private void way(String name, int swaps, BooleanSupplier givenUp, Swap swap) {
        synchronized (counts) {
            counts.put(name, 0);
        }
        long due = System.nanoTime();
        for (int n = 0; n < swaps && !givenUp.getAsBoolean(); n++) {
            while (System.nanoTime() < due) {
                House.pause(1);
            }
            due = Math.max(due + intervalNanos, System.nanoTime() - intervalNanos);
            long before = System.nanoTime();
            int index = n;
            done(() -> swap.swap(index));
            slowestMillis.merge(name, (System.nanoTime() - before) / 1_000_000, Math::max);
            synchronized (counts) {
                counts.merge(name, 1, Integer::sum);
            }
        }
    }

    /** Updates from the jar the bundle came from, and waits until the new revision is wired. */
    private void updateAndRefresh(Bundle bundle) throws BundleException, IOException, InterruptedException {
        try (InputStream jar = URI.create(bundle.getLocation()).toURL().openStream()) {
            bundle.update(jar);
        }
        CountDownLatch refreshed = new CountDownLatch(1);
        FrameworkWiring wiring = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
        wiring.refreshBundles(List.of(bundle), event -> refreshed.countDown());
        if (!refreshed.await(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the refresh did not end");
        }
        if (bundle.getState() != Bundle.ACTIVE) {
            throw new IllegalStateException(bundle.getSymbolicName() + " is not active after its refresh");
        }
    }

    private void bundleStart(String symbolicName) {
        done(() -> bundle(symbolicName).start());
    }

    private Bundle bundle(String symbolicName) {
        for (Bundle bundle : context.getBundles()) {
            if (symbolicName.equals(bundle.getSymbolicName())) {
                return bundle;
            }
        }
        throw new IllegalStateException("no bundle " + symbolicName);
    }

    @FunctionalInterface
    private interface Action {
        void run() throws Exception;
    }

    private static void done(Action action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e.toString(), e);
        }
    }
}
