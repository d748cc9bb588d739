package org.llmsys.python.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/** Bundles that come and go while the workbench runs. */
final class Plugins {

    private final BundleContext context;
    private final Map<String, Bundle> installed = new TreeMap<>();

    Plugins(BundleContext context) {
        this.context = context;
    }

    /**
     * Installs a jar and starts it. It is gone when this workbench ends.
     *
     * @return its symbolic name, its version, then slot and name of each provider it brought, with a space between them
     * @throws Problem when it is no bundle, is there already, or lacks something
     */
    synchronized List<String> install(Path jar) {
        String name = symbolicName(jar);
        for (Bundle bundle : context.getBundles()) {
            if (name.equals(bundle.getSymbolicName())) {
                throw Problem.failed("cannot install " + jar, "a bundle " + name + " is there already", installed.containsKey(name)
                        ? "uninstall it first, or give the new one another Bundle-SymbolicName"
                        : "it belongs to the house: give yours another Bundle-SymbolicName");
            }
        }
        try {
            Bundle bundle = context.installBundle(jar.toUri().toString());
            try {
                bundle.start();
            } catch (BundleException | RuntimeException e) {
                bundle.uninstall();
                throw Problem.failed("cannot start " + jar, String.valueOf(e.getMessage()),
                        "build it against this version of the house, and install what it lacks first");
            }
            installed.put(name, bundle);
            return description(bundle);
        } catch (BundleException e) {
            throw Problem.failed("cannot install " + jar, String.valueOf(e.getMessage()), "build it again with bnd, as CONTRIBUTING.md shows");
        }
    }

    /** @throws Problem when it was not installed here */
    synchronized void uninstall(String name) {
        Bundle bundle = installed.remove(name);
        if (bundle == null) {
            throw Problem.misused("cannot uninstall " + name, "nothing of this name was installed here",
                    installed.isEmpty() ? "install gives back the name" : Names.suggestion(name, installed.keySet()));
        }
        try {
            bundle.uninstall();
        } catch (BundleException e) {
            throw Problem.failed("cannot uninstall " + name, String.valueOf(e.getMessage()), "close the workbench: what was installed ends with it");
        }
    }

    private static String symbolicName(Path jar) {
        if (!Files.isRegularFile(jar)) {
            throw Problem.misused("cannot install " + jar, Files.exists(jar) ? "it is no file" : "there is no such file", "give the path of a jar");
        }
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            String name = manifest == null ? null : manifest.getMainAttributes().getValue(new Attributes.Name(Constants.BUNDLE_SYMBOLICNAME));
            if (name == null || name.isBlank()) {
                throw Problem.failed("cannot install " + jar, "it is no bundle: its manifest has no " + Constants.BUNDLE_SYMBOLICNAME,
                        "build it with bnd, as CONTRIBUTING.md shows");
            }
            int directives = name.indexOf(';');
            return (directives < 0 ? name : name.substring(0, directives)).strip();
        } catch (IOException e) {
            throw Problem.failed("cannot install " + jar, "it cannot be read as a jar: " + e.getMessage(), "build it again");
        }
    }

    private static List<String> description(Bundle bundle) {
        List<String> lines = new ArrayList<>(List.of(bundle.getSymbolicName(), bundle.getVersion().toString()));
        ServiceReference<?>[] services = bundle.getRegisteredServices();
        if (services != null) {
            for (ServiceReference<?> service : services) {
                if (service.getProperty("llmsys.slot") != null) {
                    lines.add(service.getProperty("llmsys.slot") + " " + service.getProperty("llmsys.name"));
                }
            }
        }
        return lines;
    }
}
