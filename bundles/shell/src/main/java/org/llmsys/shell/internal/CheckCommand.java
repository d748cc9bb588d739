package org.llmsys.shell.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

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
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code check SLOT NAME} and {@code check JAR}: runs the contract of a slot over a provider in this workbench. */
@Component(property = Command.NAME + "=check")
public final class CheckCommand implements Command {

    private final BundleContext context;
    private final Assemblies assemblies;
    private final Map<String, Contract<?>> contracts = new TreeMap<>();

    @Activate
    public CheckCommand(BundleContext context, @Reference Assemblies assemblies,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) List<Contract<?>> contracts) {
        this.context = context;
        this.assemblies = assemblies;
        contracts.forEach(contract -> this.contracts.put(contract.service().getAnnotation(Slot.class).value(), contract));
    }

    /** What came of one provider. */
    private record Verdict(Candidate provider, Checks.Report report) {
    }

    @Override
    public int run(Arguments arguments, Console console) throws BundleException {
        List<String> words = arguments.words();
        if (words.size() == 1 && words.getFirst().endsWith(".jar")) {
            List<Verdict> verdicts = checkJar(Path.of(words.getFirst()));
            if (arguments.has("--json")) {
                console.json(verdicts.stream().map(CheckCommand::json).toList());
            } else {
                verdicts.forEach(verdict -> print(verdict, console));
            }
            return status(verdicts);
        }
        List<String> pair = arguments.words("SLOT", "NAME");
        Verdict verdict = check(candidate(pair.get(0), pair.get(1)));
        if (arguments.has("--json")) {
            console.json(json(verdict));
        } else {
            print(verdict, console);
        }
        return status(List.of(verdict));
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
        throw Problem.misused("nothing in slot " + slot + " is called " + name, names.isEmpty() ? "the slot is empty" : "it has " + String.join(", ", names),
                Names.suggestion(name, names));
    }

    private Verdict check(Candidate provider) {
        Contract<?> contract = contracts.get(provider.slot());
        if (contract == null) {
            throw Problem.failed("slot " + provider.slot() + " has no contract", "contracts are there for " + String.join(", ", contracts.keySet()),
                    "write one: a Contract, offered as a service");
        }
        return new Verdict(provider, run(contract, provider));
    }

    private <T> Checks.Report run(Contract<T> contract, Candidate provider) {
        Checks checks = new Checks();
        try (Assemblies.Held<T> held = assemblies.hold(contract.service(), provider.name())) {
            contract.check(held.provider(), new Contract.Subject(provider.algorithm(), provider.name(), provider.numerics()), checks);
        }
        return checks.report();
    }

    /** Every provider of a jar: that of an installed plug-in as it is; another is installed for the time of the check. */
    private List<Verdict> checkJar(Path jar) throws BundleException {
        if (!Files.isReadable(jar)) {
            throw Problem.failed("cannot read " + jar, "there is no such file", "give the path of a bundle's jar");
        }
        Bundle bundle;
        try {
            bundle = context.installBundle(jar.toAbsolutePath().normalize().toUri().toString());
        } catch (BundleException e) {
            throw Problem.failed("cannot install " + jar, e.getMessage(), "a plug-in is a jar with an OSGi manifest; CONTRIBUTING.md builds one");
        }
        boolean wasActive = bundle.getState() == Bundle.ACTIVE;
        try {
            bundle.start(Bundle.START_TRANSIENT);
            List<Verdict> verdicts = new ArrayList<>();
            for (String slot : assemblies.current().slots()) {
                for (Candidate candidate : assemblies.current().candidates(slot)) {
                    if (candidate.bundle().equals(bundle.getSymbolicName())) {
                        verdicts.add(check(candidate));
                    }
                }
            }
            if (verdicts.isEmpty()) {
                throw Problem.failed("nothing to check in " + jar, "the bundle " + bundle.getSymbolicName() + " offers no provider of a slot",
                        "annotate the class with @Component and @Provider");
            }
            return verdicts;
        } catch (BundleException e) {
            throw Problem.failed("the bundle " + bundle.getSymbolicName() + " cannot start", e.getMessage(), "build it against this version of llmsys");
        } finally {
            if (!wasActive) {
                bundle.uninstall();
            }
        }
    }

    private static Map<String, Object> json(Verdict verdict) {
        Checks.Report report = verdict.report();
        return Json.object("slot", verdict.provider().slot(), "name", verdict.provider().name(), "passed", report.passed(), "failed", report.failed(),
                "skipped", report.skipped(), "failures", report.failures());
    }

    private static void print(Verdict verdict, Console console) {
        Checks.Report report = verdict.report();
        report.failures().forEach(failure -> console.out().println("broken: " + failure));
        console.out().println(verdict.provider().slot() + " " + verdict.provider().name() + ": " + report.passed() + " promises kept, " + report.failed()
                + " broken" + (report.skipped() > 0 ? ", " + report.skipped() + " that this kit cannot check" : ""));
    }

    private static int status(List<Verdict> verdicts) {
        return verdicts.stream().allMatch(verdict -> verdict.report().failed() == 0) ? 0 : Problem.FAILED;
    }
}
