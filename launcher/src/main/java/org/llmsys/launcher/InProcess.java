package org.llmsys.launcher;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;

import org.osgi.framework.BundleException;

/**
 * The workbench inside a process that is not Java's: what a bridge calls that has started a JVM by itself. Streams, signals and the end of the
 * process are the host's; what the launcher's script says by system properties comes in by {@link #open}.
 *
 * <pre>{@code
 * InProcess workbench = InProcess.open("/home/me/.llmsys/run-1", "/home/me/.llmsys", "/home/me/llmsys", "-Xrs");
 * Object door = workbench.door("python");
 * …
 * workbench.close();
 * }</pre>
 */
public final class InProcess implements AutoCloseable {

    private final Workbench workbench;

    private InProcess(Workbench workbench) {
        this.workbench = workbench;
    }

    /**
     * Starts a framework with the bundles of a run.
     *
     * @param run   the run folder: {@code bundles.txt}, the jars, the caches
     * @param home  what a run writes, shared with the launcher's commands
     * @param root  where the house stands
     * @param flags of this JVM, for {@code doctor}
     */
    public static InProcess open(String run, String home, String root, String flags) throws IOException, BundleException {
        System.setProperty("llmsys.run", run);
        System.setProperty("llmsys.home", home);
        System.setProperty("llmsys.root", root);
        System.setProperty("llmsys.flags", flags);
        System.setProperty("llmsys.terminals", "");
        System.setProperty("llmsys.interactive", "false");
        System.setProperty("jline.tmpdir", Path.of(home, "tmp").toString());
        Workbench workbench = new Workbench(Path.of(run), Path.of(home), false, false, false);
        try {
            workbench.start();
        } catch (IOException | BundleException | RuntimeException e) {
            workbench.stopQuietly();
            throw e;
        }
        return new InProcess(workbench);
    }

    /** The object behind a door: the service with the property {@code llmsys.door}. */
    public Object door(String name) {
        return workbench.door(Object.class, name);
    }

    /** Stops every bundle and the framework. Another workbench may be opened then. */
    @Override
    public void close() throws BundleException, InterruptedException, IOException {
        workbench.stop();
    }

    /**
     * A throwable in the three parts of an error, for hosts that cannot look into it. Asked by name for its parts, because an exception of a bundle
     * has a class of its own.
     *
     * @return what, why, fix, the class's name, the stack trace
     */
    public static String[] explain(Throwable thrown) {
        String type = thrown.getClass().getName();
        java.io.StringWriter trace = new java.io.StringWriter();
        thrown.printStackTrace(new java.io.PrintWriter(trace));
        String why = part(thrown, "why");
        String fix = part(thrown, "fix");
        if (why != null && fix != null) {
            return new String[] {thrown.getMessage(), why, fix, type, trace.toString()};
        }
        if (thrown instanceof CancellationException) {
            String what = thrown.getMessage() == null ? "stopped" : thrown.getMessage();
            return new String[] {what, "it was asked to stop", "start it again", type, trace.toString()};
        }
        if (thrown instanceof OutOfMemoryError) {
            return new String[] {"the memory of Java is full", String.valueOf(thrown.getMessage()),
                "use a smaller model or batch, or give Java more: Workbench(memory=\"4g\")", type, trace.toString()};
        }
        return new String[] {"the workbench failed", String.valueOf(thrown),
            "this is a mistake of ours or of a plug-in; the error's java_trace shows where, and a report helps", type, trace.toString()};
    }

    private static String part(Throwable thrown, String name) {
        try {
            return (String) thrown.getClass().getMethod(name).invoke(thrown);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException | ClassCastException noSuchPart) {
            return null;
        }
    }
}
