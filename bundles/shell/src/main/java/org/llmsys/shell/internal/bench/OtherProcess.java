package org.llmsys.shell.internal.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

import org.llmsys.assembly.Problem;
import org.llmsys.shell.Console;

/**
 * Measures with another number of threads. The worker pool has one size for the life of a process, so that takes a process of its own: the
 * same workbench, which prints its rows as {@link Row#line} has them.
 */
public final class OtherProcess {

    /** Set in such a process. */
    private static final String CHILD = "llmsys.bench.child";

    private static final String THREADS = "llmsys.threads";

    private OtherProcess() {
    }

    /** Whether this is such a process. */
    public static boolean isHere() {
        return Boolean.getBoolean(CHILD);
    }

    static List<Row> run(Request request, int threads, Console console) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream().filter(flag -> !flag.startsWith("-D" + THREADS)).forEach(command::add);
        command.addAll(List.of("-D" + THREADS + "=" + threads, "-D" + CHILD + "=true", "-cp", System.getProperty("java.class.path"),
                "org.llmsys.launcher.Launcher"));
        command.addAll(request.command(threads));
        Process child = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        console.onCancel(child::destroy);
        List<Row> rows = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                rows.add(Row.ofLine(line));
            }
        }
        int status = child.waitFor();
        if (console.cancelled()) {
            throw new CancellationException("the benchmark was cancelled");
        }
        if (status != 0) {
            throw Problem.failed("the benchmark with " + threads + " threads failed", "its process ended with status " + status,
                    "see the lines above; leave --threads out to measure with all threads");
        }
        return rows;
    }
}
