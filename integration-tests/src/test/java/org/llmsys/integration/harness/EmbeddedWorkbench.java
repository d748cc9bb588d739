package org.llmsys.integration.harness;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiFunction;

import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * The real workbench in a real framework, inside the JVM of the test: Felix with every bundle of the house, as {@code ./llmsys} starts
 * it but without a console.
 *
 * <pre>
 *   test --inside(Scenario.class, argument)--&gt; the same class, loaded again by a bundle --&gt; services
 *        &lt;-------- a String, number, List or Map of the JDK --------
 * </pre>
 *
 * <p>The framework has classes of its own: the {@code Trainer} that a test was compiled with is not the one that runs. So whatever
 * touches services is a scenario, a class of package {@code inside}, that the workbench loads from a test bundle; arguments and
 * results are types of the JDK, which both sides share, as are the framework's and JUnit's own.
 *
 * <pre>{@code
 * try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder)) {
 *     List<String> losses = workbench.inside(TrainTiny.class, Map.of("steps", 5));
 * }
 * }</pre>
 */
public final class EmbeddedWorkbench implements AutoCloseable {

    /** Symbolic name of the bundle that the scenarios are in. */
    public static final String TEST_BUNDLE = "org.llmsys.integration.inside";

    private static final long STOP_MILLIS = 30_000;

    private final Path folder;
    private final Framework framework;
    private final Bundle testBundle;

    private EmbeddedWorkbench(Path folder, Framework framework, Bundle testBundle) {
        this.folder = folder;
        this.framework = framework;
        this.testBundle = testBundle;
    }

    /** Starts with everything that is in the house. */
    public static EmbeddedWorkbench start(Path folder) {
        return start(folder, Map.of());
    }

    /**
     * Starts, and waits until every component is satisfied.
     *
     * @param folder     of the configuration that outlives a restart, and of caches
     * @param properties of the framework, {@code llmsys.threads} for example
     */
    public static EmbeddedWorkbench start(Path folder, Map<String, String> properties) {
        Map<String, String> settings = new HashMap<>();
        settings.put("llmsys.pause.seconds", "20");      // a test that waits for a provider in vain shall end
        settings.putAll(properties);
        settings.put(Constants.FRAMEWORK_STORAGE, folder.resolve("cache").toString());
        settings.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        settings.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, "org.junit.jupiter.api,org.junit.jupiter.api.function,org.opentest4j");
        settings.put("felix.log.level", "0");            // what fails to start is thrown by requireStarted,
        settings.put("ds.loglevel", "0");                // and what a component lacks is told by House.unsatisfied
        settings.put("felix.cm.dir", folder.resolve("configuration").toString());
        try {
            Framework framework = new FrameworkFactory().newFramework(settings);
            framework.init();
            BundleContext context = framework.getBundleContext();
            List<Bundle> bundles = new ArrayList<>();
            for (Path jar : HouseJars.all()) {
                bundles.add(context.installBundle(jar.toUri().toString()));
            }
            Bundle inside = context.installBundle(BundleFactory.ofPackages(folder, TEST_BUNDLE, "org.llmsys.integration.inside").toUri().toString());
            bundles.add(inside);
            for (Bundle bundle : bundles) {
                bundle.start();                          // marks it: bundles start with the framework, as in the launcher
            }
            framework.start();
            for (Bundle bundle : bundles) {
                requireStarted(bundle);
            }
            return new EmbeddedWorkbench(folder, framework, inside);
        } catch (BundleException e) {
            throw new IllegalStateException("the framework does not start", e);
        }
    }

    /** @throws IllegalStateException that says what a bundle lacks; the vector bundle may stay out when its flag is not given */
    private static void requireStarted(Bundle bundle) {
        boolean optional = bundle.getSymbolicName().equals("org.llmsys.vector") && ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty();
        if (bundle.getState() != Bundle.ACTIVE && !optional) {
            try {
                bundle.start();
            } catch (BundleException e) {
                throw new IllegalStateException(bundle.getSymbolicName() + " does not start: " + e.getMessage(), e);
            }
        }
    }

    /**
     * Runs a scenario with the classes of the framework.
     *
     * @throws AssertionError with all three lines of a {@code Problem}; any other exception comes out as it is
     */
    public <A, R> R inside(Class<? extends BiFunction<BundleContext, A, R>> scenario, A argument) {
        BiFunction<BundleContext, A, R> twin = twin(scenario);
        try {
            return twin.apply(testBundle.getBundleContext(), argument);
        } catch (RuntimeException e) {
            throw explained(e);
        }
    }

    /** The same class, loaded again by the test bundle. */
    @SuppressWarnings("unchecked")   // its type arguments are types of the JDK, which both loadings share
    private <A, R> BiFunction<BundleContext, A, R> twin(Class<? extends BiFunction<BundleContext, A, R>> scenario) {
        try {
            return (BiFunction<BundleContext, A, R>) testBundle.loadClass(scenario.getName()).getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(scenario.getName() + " cannot be made inside the framework", e);
        }
    }

    /** A Problem of the framework's own classes, whose cause and cure are not in its message. */
    private static RuntimeException explained(RuntimeException thrown) {
        if (!thrown.getClass().getSimpleName().equals("Problem")) {
            return thrown;
        }
        try {
            throw new AssertionError(thrown.getClass().getMethod("text").invoke(thrown).toString(), thrown);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A bundle by its symbolic name. */
    public Bundle bundle(String symbolicName) {
        for (Bundle bundle : framework.getBundleContext().getBundles()) {
            if (symbolicName.equals(bundle.getSymbolicName())) {
                return bundle;
            }
        }
        throw new IllegalStateException("no bundle " + symbolicName + " is installed");
    }

    /** Installs and starts a bundle made by {@link BundleFactory}. */
    public Bundle install(Path jar) {
        try {
            Bundle bundle = framework.getBundleContext().installBundle(jar.toUri().toString());
            bundle.start();
            return bundle;
        } catch (BundleException e) {
            throw new IllegalStateException("cannot start " + jar.getFileName() + ": " + e.getMessage(), e);
        }
    }

    /** Makes a bundle of these components, and installs and starts it. */
    public Bundle installComponents(Class<?>... components) {
        return install(BundleFactory.ofComponents(folder, components));
    }

    public void stop(String symbolicName) {
        try {
            bundle(symbolicName).stop();
        } catch (BundleException e) {
            throw new IllegalStateException("cannot stop " + symbolicName, e);
        }
    }

    public void start(String symbolicName) {
        try {
            bundle(symbolicName).start();
        } catch (BundleException e) {
            throw new IllegalStateException("cannot start " + symbolicName, e);
        }
    }

    /** Updates a bundle from its own jar, as a new version would come in. */
    public void update(String symbolicName) {
        try (InputStream jar = Files.newInputStream(HouseJars.jar(symbolicName))) {
            bundle(symbolicName).update(jar);
        } catch (BundleException | IOException e) {
            throw new IllegalStateException("cannot update " + symbolicName, e);
        }
    }

    /** The same, and who is wired to the old revision is wired anew, so that it can go. */
    public void updateAndRefresh(String symbolicName) {
        update(symbolicName);
        CountDownLatch done = new CountDownLatch(1);
        framework.adapt(FrameworkWiring.class).refreshBundles(List.of(bundle(symbolicName)), event -> done.countDown());
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops the framework and waits until it has. */
    @Override
    public void close() {
        try {
            framework.stop();
            framework.waitForStop(STOP_MILLIS);
        } catch (BundleException e) {
            throw new IllegalStateException("the framework does not stop", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
