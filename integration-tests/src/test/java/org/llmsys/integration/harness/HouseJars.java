package org.llmsys.integration.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * The bundles on the class path of the tests, by symbolic name: the house's own and those it stands on.
 *
 * <p>A reactor that stops at {@code mvn test}, and every IDE, has folders of classes where {@code mvn verify} has jars; such a folder
 * holds its manifest too and is packed into a jar first.
 */
public final class HouseJars {

    /** What the house stands on. */
    private static final Set<String> FOUNDATION = Set.of("org.apache.felix.scr", "org.apache.felix.configadmin", "org.apache.felix.gogo.runtime",
            "org.osgi.service.component", "org.osgi.util.function", "org.osgi.util.promise", "com.google.gson");
    private static final Set<String> NO_BUNDLES = Set.of("org.llmsys.launcher", "org.llmsys.integration-tests");

    private static final Map<String, Path> JARS = find();

    private HouseJars() {
    }

    /** Every bundle, foundation first, then the rooms by name. */
    public static List<Path> all() {
        return Stream.concat(FOUNDATION.stream().sorted().map(HouseJars::jar), house().stream().map(HouseJars::jar)).toList();
    }

    /** Symbolic names of the house's own bundles, sorted. */
    public static List<String> house() {
        return JARS.keySet().stream().filter(name -> name.startsWith("org.llmsys.") && !NO_BUNDLES.contains(name)).sorted().toList();
    }

    /** The jar of a bundle. */
    public static Path jar(String symbolicName) {
        Path jar = JARS.get(symbolicName);
        if (jar == null) {
            throw new IllegalStateException("no bundle " + symbolicName + " on the class path; there are " + JARS.keySet());
        }
        return jar;
    }

    /** The main part of a bundle's manifest. */
    public static Attributes manifest(String symbolicName) {
        try (JarFile jar = new JarFile(jar(symbolicName).toFile())) {
            return jar.getManifest().getMainAttributes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Path> find() {
        Map<String, Path> found = new LinkedHashMap<>();
        try {
            for (URL url : Collections.list(HouseJars.class.getClassLoader().getResources(JarFile.MANIFEST_NAME))) {
                URLConnection connection = url.openConnection();
                String name = symbolicName(connection);
                if (name != null && (FOUNDATION.contains(name) || name.startsWith("org.llmsys."))) {
                    found.put(name, connection instanceof JarURLConnection inJar ? Path.of(inJar.getJarFileURL().toURI())
                            : pack(Path.of(URI.create(url.toString())).getParent().getParent(), name));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        return found;
    }

    private static String symbolicName(URLConnection manifest) throws IOException {
        try (InputStream in = manifest.getInputStream()) {
            String name = new Manifest(in).getMainAttributes().getValue("Bundle-SymbolicName");
            return name == null ? null : name.replaceAll(";.*", "").strip();
        }
    }

    /** A folder of classes as a jar, manifest first. */
    private static Path pack(Path classes, String name) throws IOException {
        Path jar = Files.createTempFile(name, ".jar");
        jar.toFile().deleteOnExit();
        try (InputStream manifest = Files.newInputStream(classes.resolve(JarFile.MANIFEST_NAME));
                OutputStream out = Files.newOutputStream(jar);
                JarOutputStream packed = new JarOutputStream(out, new Manifest(manifest));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                String entry = classes.relativize(file).toString().replace('\\', '/');
                if (!entry.equals(JarFile.MANIFEST_NAME)) {
                    packed.putNextEntry(new ZipEntry(entry));
                    Files.copy(file, packed);
                }
            }
        }
        return jar;
    }
}
