package org.llmsys.shell.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipException;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Slot;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Runs the contracts of a slot on a provider that is live here, or on all providers of a jar. */
@Component(property = Command.NAME + "=check")
public final class CheckCommand implements Command {

    private final Assemblies assemblies;
    private final List<Contract<?>> contracts;
    private final BundleContext context;

    @Activate
    public CheckCommand(@Reference Assemblies assemblies, @Reference(policyOption = ReferencePolicyOption.GREEDY) List<Contract<?>> contracts,
            BundleContext context) {
        this.assemblies = assemblies;
        this.contracts = contracts;
        this.context = context;
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        List<String> words = arguments.words();
        if (words.size() == 1) {
            return jar(Path.of(words.getFirst()), arguments.has("--json"), console);
        }
        words = arguments.words("SLOT", "NAME");
        return report(List.of(candidate(words.get(0), words.get(1))), arguments.has("--json"), console);
    }

    private Candidate candidate(String slot, String name) {
        Set<String> slots = assemblies.current().slots();
        if (!slots.contains(slot)) {
            throw Problem.misused("there is no slot called " + slot, "no bundle declares it", Names.suggestion(slot, slots));
        }
        Set<String> names = new TreeSet<>();
        for (Candidate candidate : assemblies.current().candidates(slot)) {
            if (candidate.name().equals(name)) {
                return candidate;
            }
            names.add(candidate.name());
        }
        throw Problem.misused("nothing called " + name + " serves " + slot, "no provider of that slot has this name now", Names.suggestion(name, names));
    }

    /** Installs the jar for as long as the check takes. */
    private int jar(Path jar, boolean asJson, Console console) throws IOException {
        if (!Files.isRegularFile(jar)) {
            throw Problem.misused("there is no jar " + jar, "no such file", "write ./llmsys check SLOT NAME, or give the path of a bundle");
        }
        String name = symbolicName(jar);
        if (Arrays.stream(context.getBundles()).anyMatch(installed -> name.equals(installed.getSymbolicName()))) {
            console.err().println(name + " is installed already; its installed copy is checked");
            return report(offeredBy(name, jar), asJson, console);
        }
        Bundle bundle = null;
        try {
            bundle = context.installBundle(jar.toUri().toString());
            bundle.start();
            return report(offeredBy(name, jar), asJson, console);
        } catch (BundleException e) {
            throw new Problem("the bundle " + jar + " does not start", e.getMessage(), "build it with bnd, against the packages of this version",
                    Problem.FAILED, e);
        } finally {
            uninstall(bundle);
        }
    }

    private List<Candidate> offeredBy(String bundle, Path jar) {
        List<Candidate> offered = assemblies.current().slots().stream().flatMap(slot -> assemblies.current().candidates(slot).stream())
                .filter(candidate -> candidate.bundle().equals(bundle)).toList();
        if (offered.isEmpty()) {
            throw Problem.failed(jar + " offers no provider", "its bundle started, but no service of it has the property llmsys.slot",
                    "annotate the class with @Component and @Provider");
        }
        return offered;
    }

    /** Without directives. @throws Problem when the jar is no bundle */
    private static String symbolicName(Path jar) throws IOException {
        String what = jar + " is no bundle";
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            String name = manifest == null ? null : manifest.getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME);
            if (name == null) {
                throw Problem.failed(what, "its manifest has no " + Constants.BUNDLE_SYMBOLICNAME, "build it with bnd, as CONTRIBUTING.md shows");
            }
            return name.split(";")[0].strip();
        } catch (ZipException e) {
            throw new Problem(what, "it is not even a jar: " + e.getMessage(), "give the jar that the build of the plug-in made", Problem.FAILED, e);
        }
    }

    private static void uninstall(Bundle bundle) {
        try {
            if (bundle != null) {
                bundle.uninstall();
            }
        } catch (BundleException e) {
            throw new IllegalStateException(bundle + " cannot be uninstalled", e);
        }
    }

    private int report(List<Candidate> candidates, boolean asJson, Console console) {
        boolean good = true;
        List<Map<String, Object>> objects = new ArrayList<>();
        for (Candidate candidate : candidates) {
            Checks.Report report = check(candidate);
            good &= report.failed() == 0;
            objects.add(Json.object("slot", candidate.slot(), "name", candidate.name(), "passed", report.passed(), "failed", report.failed(),
                    "skipped", report.skipped(), "failures", report.failures()));
            if (!asJson) {
                report.failures().forEach(failure -> console.out().println("broken: " + failure));
                console.out().println(candidate.slot() + " " + candidate.name() + ": " + report.passed() + " passed, " + report.failed() + " failed, "
                        + report.skipped() + " skipped");
            }
        }
        if (asJson) {
            objects.forEach(console::json);
        }
        return good ? 0 : Problem.FAILED;
    }

    private Checks.Report check(Candidate candidate) {
        Checks checks = new Checks();
        boolean any = false;
        for (Contract<?> contract : contracts) {
            Slot slot = contract.service().getAnnotation(Slot.class);
            if (slot != null && slot.value().equals(candidate.slot())) {
                any = true;
                check(contract, candidate, checks);
            }
        }
        if (!any) {
            throw Problem.failed("there is no contract for the slot " + candidate.slot(), "no bundle offers one as a service",
                    "a plug-in with a slot of its own brings its contract: implement org.llmsys.testkit.Contract");
        }
        return checks.report();
    }

    private <T> void check(Contract<T> contract, Candidate candidate, Checks checks) {
        try (Assemblies.Held<T> held = assemblies.hold(contract.service(), candidate.name())) {
            contract.check(held.provider(), new Contract.Subject(candidate.algorithm(), candidate.name(), candidate.numerics()), checks);
        }
    }
}
