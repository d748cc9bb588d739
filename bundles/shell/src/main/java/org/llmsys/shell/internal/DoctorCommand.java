package org.llmsys.shell.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Candidate;
import org.llmsys.bindings.NativeLibrary;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Says what this machine offers, what serves each slot, and why nothing faster does. */
@Component(property = Command.NAME + "=doctor")
public final class DoctorCommand implements Command {

    private static final List<String> TOLD_FEATURES = List.of("sse4_2", "avx", "avx2", "fma", "avx512f", "asimd", "sve");
    private static final String VECTOR = "org.llmsys.vector";

    private final Assemblies assemblies;
    private final BundleContext context;

    /** There with or without a native build, which it knows of. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile NativeLibrary library;

    @Activate
    public DoctorCommand(@Reference Assemblies assemblies, BundleContext context) {
        this.assemblies = assemblies;
        this.context = context;
    }

    /**
     * {@code faster} and {@code why} are null when nothing better than {@code serving} is known; {@code inNative} when the native engine has none, or
     * is not there, and {@code whyNotNative} when a native one serves.
     */
    private record Row(String slot, String algorithm, String serving, String faster, String why, String inNative, String whyNotNative) {
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        arguments.words(new String[0]);
        Assembly assembly = assemblies.current();
        List<Row> rows = rows(assembly);
        NativeDiagnosis diagnosis = new NativeDiagnosis(library, new BuildTools(System.getenv("PATH")).tools(), assembly);
        List<String> unresolved = Stream.of(context.getBundles()).filter(this::unresolved).map(Bundle::getSymbolicName).toList();
        if (arguments.has("--json")) {
            console.json(Json.object("jdk", Json.object("version", Runtime.version().toString(), "home", System.getProperty("java.home")), "cpu", cpu(),
                    "flags", flags(), "slots", rows.stream().map(DoctorCommand::json).toList(), "processors", Runtime.getRuntime().availableProcessors(),
                    "unresolved", unresolved, "home", Models.home().toString(), "model", Files.exists(Models.shipped()),
                    "native", diagnosis.json()));
            return 0;
        }
        console.out().println("jdk         " + Runtime.version() + " in " + System.getProperty("java.home"));
        console.out().println("cpu         " + cpu() + ", " + Runtime.getRuntime().availableProcessors() + " processors");
        console.out().println("flags       " + flags());
        console.out().println("memory      " + String.format(Locale.ROOT, "%,d MB for Java", Runtime.getRuntime().maxMemory() >> 20));
        console.out().println("writes to   " + Models.home());
        console.out().println("model       " + (Files.exists(Models.shipped()) ? Models.shipped().toString() : "none is shipped; ./llmsys demo trains one"));
        console.out().println("bundles     " + (unresolved.isEmpty() ? "all are resolved" : "cannot be resolved: " + String.join(", ", unresolved)));
        diagnosis.tell(console);
        console.out().println();
        Table table = new Table("slot", "algorithm", "serving", "faster", "why not", "native", "why not");
        rows.forEach(row -> table.row(row.slot(), row.algorithm(), row.serving(), row.faster(), row.why(), row.inNative(), row.whyNotNative()));
        console.out().print(table);
        return unresolved.isEmpty() ? 0 : 1;
    }

    /** Bundles of a later start level (Gogo, when no shell is open) have not been asked to start. */
    private boolean unresolved(Bundle bundle) {
        int level = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkStartLevel.class).getStartLevel();
        return bundle.getState() == Bundle.INSTALLED && bundle.adapt(BundleStartLevel.class).getStartLevel() <= level;
    }

    private List<Row> rows(Assembly assembly) {
        List<Row> rows = new ArrayList<>();
        for (String slot : new TreeSet<>(assembly.slots())) {
            List<Candidate> candidates = assembly.candidates(slot);
            if (candidates.isEmpty()) {
                rows.add(new Row(slot, "", "", null, "no bundle offers one", null, null));
            }
            for (String algorithm : candidates.stream().map(Candidate::algorithm).collect(Collectors.toCollection(TreeSet::new))) {
                rows.add(row(assembly, slot, algorithm, candidates.stream().filter(c -> c.algorithm().equals(algorithm)).toList()));
            }
        }
        return rows;
    }

    /** Rankings are given by speed: the best of them serves unless something stands in its way. */
    private Row row(Assembly assembly, String slot, String algorithm, List<Candidate> candidates) {
        Candidate best = candidates.stream().max(Comparator.comparingInt(Candidate::ranking)).orElseThrow();
        Candidate serving = assembly.serving(slot, algorithm).orElse(null);
        String name = serving == null ? "" : serving.name();
        Optional<Candidate> inNative = NativeDiagnosis.best(candidates);
        String nativeName = inNative.map(Candidate::name).orElse(null);
        String whyNotNative = inNative.map(candidate -> NativeDiagnosis.whyNot(candidate, serving, assembly.selections())).orElse(null);
        String faster = null;
        String why = null;
        if (serving != null && best.ranking() > serving.ranking()) {
            faster = best.name();
            why = best.quarantine() != null ? "in quarantine: " + best.quarantine()
                    : name + " was chosen; ./llmsys use " + slot + " auto chooses the fastest";
        } else if (slot.equals("matmul") && !active(VECTOR)) {
            faster = "vector";
            why = "the bundle " + VECTOR + " is not active; it needs a JDK with the module jdk.incubator.vector";
        }
        return new Row(slot, algorithm, name, faster, why, nativeName, whyNotNative);
    }

    private boolean active(String bundle) {
        return Stream.of(context.getBundles()).anyMatch(b -> bundle.equals(b.getSymbolicName()) && b.getState() == Bundle.ACTIVE);
    }

    private static Map<String, Object> json(Row row) {
        return Json.object("slot", row.slot(), "algorithm", row.algorithm(), "serving", row.serving(), "faster", row.faster(), "why", row.why(),
                "native", row.inNative(), "nativeWhy", row.whyNotNative());
    }

    /** The flags of commands that compute, as the script gives them. */
    private static String flags() {
        return System.getProperty("llmsys.flags", "").strip();
    }

    private static String cpu() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        String architecture = System.getProperty("os.arch");
        if (!Files.isReadable(info)) {
            return architecture;
        }
        List<String> lines = Files.readAllLines(info);
        String model = value(lines, "model name").orElse(architecture);
        List<String> features = List.of((value(lines, "flags").or(() -> value(lines, "Features")).orElse("")).split(" "));
        return model + ", " + String.join(" ", TOLD_FEATURES.stream().filter(features::contains).toList());
    }

    private static Optional<String> value(List<String> lines, String name) {
        return lines.stream().filter(line -> line.startsWith(name)).findFirst().map(line -> line.substring(line.indexOf(':') + 1).strip());
    }
}
