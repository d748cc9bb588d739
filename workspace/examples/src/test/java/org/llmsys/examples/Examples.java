package org.llmsys.examples;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.tensor.WorkerPool;

/** Runs examples in tests, in the workbench of the class path. */
public final class Examples {

    /** What differs from run to run: how long it took. */
    private static final Set<String> TIMES = Set.of("seconds", "digitsPerSecond", "etaSeconds", "charactersPerSecond");

    private Examples() {
    }

    /** Runs it on this thread alone. */
    public static RecordingNotebook run(Function<Assemblies, Example> example, Object... options) throws IOException {
        return run(example, WorkerPool.SERIAL, new RecordingNotebook(), options);
    }

    /** Runs it with these threads and this notebook. */
    public static RecordingNotebook run(Function<Assemblies, Example> example, WorkerPool pool, RecordingNotebook notebook, Object... options)
            throws IOException {
        try (ClassPathWorkbench workbench = ClassPathWorkbench.open(pool)) {
            example.apply(workbench.assemblies()).run(ExampleOptions.of(options), notebook);
        }
        return notebook;
    }

    /** Reports without times, of a run with so many threads. */
    public static List<Map<String, Object>> reports(int threads, Function<Assemblies, Example> example, Object... options) throws IOException {
        try (WorkerPool pool = WorkerPool.of(threads)) {
            return run(example, pool, new RecordingNotebook(), options).reports().stream().map(report -> {
                Map<String, Object> timeless = new LinkedHashMap<>(report);
                timeless.keySet().removeAll(TIMES);
                return timeless;
            }).toList();
        }
    }
}
