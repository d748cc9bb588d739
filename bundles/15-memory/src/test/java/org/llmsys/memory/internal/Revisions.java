package org.llmsys.memory.internal;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.jar.JarFile;

import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.Assumptions;
import org.llmsys.testkit.ProcessMemory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.FrameworkWiring;

/** A framework with the bundles of this module's class path, to update the one that has the library. */
final class Revisions implements AutoCloseable {

    private static final String BINDINGS = "org.llmsys.bindings";

    private final Framework framework;
    private final Map<String, Bundle> bundles = new HashMap<>();
    private final Path jar;
    private final Set<String> others = ProcessMemory.mapped("libllmsys");

    private Revisions(Framework framework, Path jar) {
        this.framework = framework;
        this.jar = jar;
    }

    /** Skips the test where the bundle has no library, or this module is tested before its neighbours are jars. */
    static Revisions orSkip(Path cache) throws BundleException, IOException {
        Map<String, Path> jars = jars();
        Assumptions.assumeTrue(jars.containsKey(BINDINGS), "the bindings are not a jar yet: mvn install");
        try (JarFile bindings = new JarFile(jars.get(BINDINGS).toFile())) {
            Assumptions.assumeTrue(bindings.stream().anyMatch(entry -> entry.getName().endsWith("/libllmsys.so")),
                    "the bindings were built without a library");
        }
        Framework framework = new FrameworkFactory().newFramework(Map.of(Constants.FRAMEWORK_STORAGE, cache.toString(),
                Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT, "felix.log.level", "1", "llmsys.threads", "3"));
        Revisions revisions = new Revisions(framework, jars.get(BINDINGS));
        framework.start();
        for (Map.Entry<String, Path> each : jars.entrySet()) {
            revisions.bundles.put(each.getKey(), framework.getBundleContext().installBundle("reference:" + each.getValue().toUri()));
        }
        for (Bundle each : revisions.bundles.values()) {
            each.start();
        }
        return revisions;
    }

    /** Bundles on the class path by symbolic name, without the framework itself and what only tests need. */
    private static Map<String, Path> jars() throws IOException {
        Map<String, Path> jars = new HashMap<>();
        for (String part : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!part.endsWith(".jar")) {
                continue;
            }
            try (JarFile jar = new JarFile(part)) {
                String name = jar.getManifest() == null ? null : jar.getManifest().getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME);
                String plain = name == null ? "" : name.split(";")[0].strip();
                boolean house = plain.startsWith("org.llmsys.") && !plain.endsWith("testkit") && !plain.endsWith("memory");
                if (house || plain.equals("org.apache.felix.scr") || plain.equals("com.google.gson")
                        || plain.startsWith("org.osgi.util.") || plain.equals("org.osgi.service.component")) {
                    jars.put(plain, Path.of(part));
                }
            }
        }
        return jars;
    }

    /** The jar once more, as a new revision, and a refresh, so that the old one can go. */
    void update() throws Exception {
        Bundle bindings = bundles.get(BINDINGS);
        try (var in = Files.newInputStream(jar)) {
            bindings.update(in);
        }
        CountDownLatch done = new CountDownLatch(1);
        framework.adapt(FrameworkWiring.class).refreshBundles(List.of(bindings), event -> done.countDown());
        done.await();
    }

    /** The one service with this interface, and name if there are several; null when there is none. */
    Object service(String type, String name) throws Exception {
        BundleContext context = bundles.get(BINDINGS).getBundleContext();
        ServiceReference<?>[] found = context.getServiceReferences(type, name == null ? null : "(llmsys.name=" + name + ")");
        return found == null ? null : context.getService(found[0]);
    }

    /** A product on the service, through its own classes: 2 x 2 of ones, so every element is 2. */
    float product() throws Exception {
        Object matmul = service("org.llmsys.matmul.MatmulKernel", "native");
        Class<?> matrix = bundles.get(BINDINGS).loadClass("org.llmsys.matmul.Matrix");
        Method of = matrix.getMethod("of", int.class, int.class, float[].class);
        float[] c = new float[4];
        Method multiply = bundles.get(BINDINGS).loadClass("org.llmsys.matmul.MatmulKernel").getMethod("multiply", matrix, matrix, matrix,
                boolean.class);
        multiply.invoke(matmul, of.invoke(null, 2, 2, new float[] {1, 1, 1, 1}), of.invoke(null, 2, 2, new float[] {1, 1, 1, 1}), of.invoke(null, 2,
                2, c), false);
        return c[3];
    }

    /** A block that nobody closes. */
    Object forgottenBlock() throws Exception {
        Object memory = service("org.llmsys.bindings.NativeMemory", null);
        return bundles.get(BINDINGS).loadClass("org.llmsys.bindings.NativeMemory").getMethod("allocate", long.class, String.class).invoke(memory,
                1 << 20, "forgotten");
    }

    /** Copies of the library that this framework has mapped: those of other tests in this process, which may go meanwhile, do not count. */
    long mappings() {
        return ProcessMemory.mapped("libllmsys").stream().filter(path -> !others.contains(path)).count();
    }

    /** Collects until only the living revision is mapped, for at most a while. */
    void collect() throws InterruptedException {
        for (int i = 0; i < 50 && mappings() > 1; i++) {
            System.gc();
            Thread.sleep(50);
        }
        for (int i = 0; i < 3; i++) {                                  // what finalizers and cleaners let go
            System.gc();
            Thread.sleep(100);
        }
    }

    @Override
    public void close() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
    }

    List<String> states() {
        List<String> states = new ArrayList<>();
        bundles.forEach((name, bundle) -> states.add(name + " " + bundle.getState()));
        return states;
    }
}
