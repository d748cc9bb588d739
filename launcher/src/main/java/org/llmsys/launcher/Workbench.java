package org.llmsys.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;

/**
 * The framework with the bundles of one run. Bundles are installed once, by reference, into a cache that later processes find again.
 *
 * <p>Start levels: 1 the house, 2 Gogo, whose start is saved when nobody asks for it.
 */
final class Workbench {

    private static final String LIST = "bundles.txt";
    private static final int HOUSE = 1;
    private static final int GOGO = 2;

    private final Path runFolder;
    private final CacheFolder cache;
    private final Framework framework;

    /**
     * @param runFolder holds {@code bundles.txt} (lines: start level, jar) and the caches
     * @param home      holds the configuration that is kept over restarts
     * @param gogo      whether Gogo is started
     * @param shell     whether Gogo opens a shell on the terminal
     * @param light     whether the JVM runs without the vector module
     */
    Workbench(Path runFolder, Path home, boolean gogo, boolean shell, boolean light) throws IOException {
        this.runFolder = runFolder;
        this.cache = CacheFolder.claim(runFolder);
        Map<String, String> settings = new HashMap<>();
        settings.put(Constants.FRAMEWORK_STORAGE, cache.path().toString());
        settings.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, Integer.toString(gogo ? GOGO : HOUSE));
        settings.put("felix.cache.locking", "false");                  // CacheFolder has the lock
        settings.put("felix.cm.dir", home.resolve("config").toAbsolutePath().toString());
        settings.put("ds.cache.metadata", "true");
        settings.put("felix.log.level", "0");                          // doctor tells which bundles cannot be resolved
        if (light) {
            // Without the vector module its providers are still listed and chosen; no light command makes one compute.
            settings.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, "jdk.incubator.vector");
        }
        settings.put("gosh.args", shell ? "" : "--nointeractive");
        String house = System.getProperty("llmsys.root", ".");
        System.setProperty("gosh.home", Path.of(house, "workspace").toString());            // Gogo reads etc/gosh_profile there
        if (!shell) {
            System.setProperty("org.jline.terminal.dumb", "true");     // JLine warns that there is no terminal; nobody needs one
        }
        framework = new FrameworkFactory().newFramework(settings);
    }

    void start() throws BundleException, IOException {
        // Without a context class loader libraries look in their own bundle; with that of the launcher JLine finds no terminal.
        Thread.currentThread().setContextClassLoader(null);
        framework.init();
        install(framework.getBundleContext());
        framework.start();
    }

    /** Makes the cache agree with the list: what is there already stays, and all of it is marked to start. */
    private void install(BundleContext context) throws BundleException, IOException {
        Map<String, Integer> levels = new LinkedHashMap<>();
        for (String line : Files.readAllLines(runFolder.resolve(LIST))) {
            int gap = line.indexOf(' ');
            levels.put("reference:file:" + runFolder.resolve(line.substring(gap + 1)), Integer.valueOf(line.substring(0, gap)));
        }
        Map<String, Bundle> installed = new HashMap<>();
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getBundleId() != Constants.SYSTEM_BUNDLE_ID && !levels.containsKey(bundle.getLocation())) {
                bundle.uninstall();                                    // installed by hand in an earlier session
            } else {
                installed.put(bundle.getLocation(), bundle);
            }
        }
        for (Map.Entry<String, Integer> entry : levels.entrySet()) {
            Bundle bundle = installed.get(entry.getKey());
            if (bundle == null) {
                bundle = context.installBundle(entry.getKey());
                bundle.adapt(BundleStartLevel.class).setStartLevel(entry.getValue());
            }
            if (!bundle.adapt(BundleStartLevel.class).isPersistentlyStarted()) {
                bundle.start();
            }
        }
    }

    /**
     * What a bundle offers under the property {@code llmsys.door}, as a plain type, so that launcher and bundles share no package.
     *
     * @param type the plain type; {@code Object} when the methods are found by their names
     */
    <T> T door(Class<T> type, String name) {
        BundleContext context = framework.getBundleContext();
        try {
            ServiceReference<?>[] found = context.getAllServiceReferences(type == Object.class ? null : type.getName(), "(llmsys.door=" + name + ")");
            if (found != null) {
                return type.cast(context.getService(found[0]));
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        StringBuilder waiting = new StringBuilder();
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getState() == Bundle.INSTALLED) {
                waiting.append(' ').append(bundle.getSymbolicName());
            }
        }
        throw new IllegalStateException("no bundle offers the door " + name + "; bundles that are not resolved:"
                + (waiting.isEmpty() ? " none" : waiting));
    }

    /** Stops the framework, and lets another one have the cache. */
    void stop() throws BundleException, InterruptedException, IOException {
        framework.stop();
        awaitStop();
        cache.close();
    }

    /** After a start that failed: whatever runs is stopped, and the first error is the one that counts. */
    void stopQuietly() {
        try {
            stop();
        } catch (BundleException | IOException e) {
            System.getLogger(Workbench.class.getName()).log(System.Logger.Level.DEBUG, "stopping after a failed start", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void awaitStop() throws InterruptedException {
        framework.waitForStop(0);
    }
}
