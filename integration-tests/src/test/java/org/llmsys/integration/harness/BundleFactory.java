package org.llmsys.integration.harness;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Constants;
import aQute.bnd.osgi.Jar;

/** Makes bundles of compiled classes with bnd, as a plug-in author's build does. */
public final class BundleFactory {

    private BundleFactory() {
    }

    /** A bundle of whole packages of this module's test classes, without components. */
    public static Path ofPackages(Path folder, String symbolicName, String... packages) {
        return build(testClasses(), folder.resolve(symbolicName + ".jar"), Map.of(
                Constants.BUNDLE_SYMBOLICNAME, symbolicName,
                Constants.PRIVATEPACKAGE, String.join(",", packages),
                Constants.DSANNOTATIONS, "!*",
                // Optional, so that what only the outer side of a test needs keeps nobody from resolving.
                Constants.IMPORT_PACKAGE, "org.llmsys.*,org.osgi.*,java.*,*;resolution:=optional"));
    }

    /** A bundle named after its component, which is one of this module's test classes, that offers nothing else. */
    public static Path ofComponents(Path folder, Class<?>... components) {
        String name = "test." + Arrays.stream(components).map(Class::getSimpleName).collect(Collectors.joining("."));
        String classes = Arrays.stream(components).map(Class::getName).collect(Collectors.joining(","));
        return build(testClasses(), folder.resolve(name + ".jar"), Map.of(
                Constants.BUNDLE_SYMBOLICNAME, name,
                Constants.PRIVATEPACKAGE, components[0].getPackageName(),
                Constants.DSANNOTATIONS, classes));
    }

    /** A bundle of the classes in a folder, by the instructions of a {@code bnd.bnd}. */
    public static Path build(Path classes, Path jar, Map<String, String> instructions) {
        try (Builder builder = new Builder()) {
            instructions.forEach(builder::setProperty);
            List<File> classPath = new ArrayList<>(List.of(classes.toFile()));
            HouseJars.all().forEach(bundle -> classPath.add(bundle.toFile()));
            classPath.addAll(libraries());
            builder.setClasspath(classPath.toArray(File[]::new));
            try (Jar built = builder.build()) {
                if (!builder.getErrors().isEmpty()) {
                    throw new IllegalStateException("bnd cannot build " + jar.getFileName() + ": " + builder.getErrors());
                }
                built.write(jar.toFile());
            }
            return jar;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("bnd cannot build " + jar.getFileName(), e);
        }
    }

    /** Jars that annotations and framework interfaces come from. */
    public static List<File> libraries() {
        return List.of(file(org.osgi.service.component.annotations.Component.class), file(org.osgi.framework.BundleContext.class),
                file(org.osgi.service.component.ComponentContext.class), file(org.junit.jupiter.api.Assertions.class));
    }

    private static Path testClasses() {
        return file(BundleFactory.class).toPath();
    }

    private static File file(Class<?> type) {
        return new File(type.getProtectionDomain().getCodeSource().getLocation().getPath());
    }
}
