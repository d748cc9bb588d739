package org.llmsys.shell.internal;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Candidate;
import org.llmsys.bindings.NativeLibrary;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;

/** Whether the native engine is there, why not, what it could be built with, and where one of its implementations could serve and does not. */
final class NativeDiagnosis {

    private static final String BUNDLE = "org.llmsys.bindings";

    private final NativeLibrary library;
    private final List<BuildTools.Tool> tools;
    private final Assembly assembly;

    /** @param library null when no bundle knows of one */
    NativeDiagnosis(NativeLibrary library, List<BuildTools.Tool> tools, Assembly assembly) {
        this.library = library;
        this.tools = tools;
        this.assembly = assembly;
    }

    private boolean loaded() {
        return library != null && library.loaded();
    }

    /** Null when it is loaded. */
    private String reason() {
        return library == null ? "the bundle " + BUNDLE + " is not active" : library.reason();
    }

    private String memory() {
        return assembly.candidates("allocator").stream().anyMatch(each -> each.name().equals("rust")) ? "Rust" : "C++";
    }

    // ---- a slot ---------------------------------------------------------------------------------------------------------------------

    /** The native implementation that would serve first; nothing when the engine has none, or is not there. */
    static Optional<Candidate> best(List<Candidate> ofOneAlgorithm) {
        return ofOneAlgorithm.stream().filter(each -> each.bundle().equals(BUNDLE)).max(Comparator.comparingInt(Candidate::ranking));
    }

    /** Why this one does not serve; null when it does, or another native one in its place. */
    static String whyNot(Candidate best, Candidate serving, Map<String, String> selections) {
        if (serving == null || serving.bundle().equals(BUNDLE)) {
            return serving == null ? "nobody serves" : null;
        }
        if (best.quarantine() != null) {
            return "in quarantine: " + best.quarantine();
        }
        if (serving.name().equals(selections.get(best.slot()))) {
            return serving.name() + " was chosen";
        }
        if (best.ranking() < 0) {
            return "serves who asks for it: ./llmsys use " + best.slot() + " " + best.name();
        }
        return serving.name() + " ranks higher, " + serving.ranking() + " over " + best.ranking();
    }

    // ---- telling --------------------------------------------------------------------------------------------------------------------

    void tell(Console console) {
        String there = loaded() ? library.version() + ", uses " + library.cpu() + ", " + library.threads() + " threads, memory in " + memory() + ", "
                + library.implementations().size() + " implementations" : "none: " + reason();
        console.out().println("native      " + there);
        console.out().println("builds with " + String.join("; ", tools.stream().map(NativeDiagnosis::line).toList()));
    }

    private static String line(BuildTools.Tool tool) {
        return tool.why() == null ? tool.path() + " (" + tool.version() + ")" : tool.name() + " is missing: " + tool.why();
    }

    Map<String, Object> json() {
        return Json.object("loaded", loaded(), "reason", loaded() ? null : reason(), "version", loaded() ? library.version() : null,
                "cpu", loaded() ? library.cpu() : null, "threads", loaded() ? library.threads() : 0, "memory", loaded() ? memory() : null,
                "implementations", loaded() ? library.implementations().size() : 0, "tools", tools.stream().map(NativeDiagnosis::json).toList());
    }

    private static Map<String, Object> json(BuildTools.Tool tool) {
        return Json.object("name", tool.name(), "path", tool.path() == null ? null : tool.path().toString(), "version", tool.version(),
                "why", tool.why());
    }
}
