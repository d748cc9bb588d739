package org.llmsys.launcher;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;

import org.osgi.framework.BundleException;

import sun.misc.Signal;

/**
 * Starts the framework and hands it one command; without a command it opens the Gogo shell. Called by the script {@code llmsys}, which
 * finds the JDK, builds, and owns the flags of the JVM.
 *
 * <p>System properties, all set by the script: {@code llmsys.run} the folder with the bundles of this run and what is cached of them,
 * {@code llmsys.home} the folder for what a run writes, {@code llmsys.rehearsal} for a run that only fills the caches.
 */
public final class Launcher {

    private static final String DOOR = "launcher";
    private static final int FAILED = 1;
    /** What a shell tells of a process that a signal ended: 128 and the signal's number. */
    private static final int INTERRUPTED = 130;
    private static final int TERMINATED = 143;

    private Launcher() {
    }

    public static void main(String[] words) {
        PrintStream err = System.err;                                  // Gogo exchanges the standard streams later
        int status;
        try {
            status = run(words);
        } catch (IOException | BundleException | InterruptedException | IllegalStateException e) {
            err.println("error: the workbench does not start");
            err.println("why: " + e);
            err.println("fix: remove the folder .llmsys and try again; if that does not help, run ./llmsys doctor");
            status = FAILED;
        }
        System.out.flush();
        err.flush();
        Runtime.getRuntime().halt(status);                             // nothing is left to save: an orderly stop would only take time
    }

    private static int run(String[] words) throws IOException, BundleException, InterruptedException {
        Path runFolder = Path.of(required("llmsys.run"));
        Path home = Path.of(required("llmsys.home"));
        boolean light = Boolean.getBoolean("llmsys.light");
        boolean gogo = words.length == 0 || Set.of("exec", "shell", "rehearse").contains(words[0]) && !light;
        boolean shell = Boolean.getBoolean("llmsys.interactive");
        Workbench workbench = new Workbench(runFolder, home, gogo, shell, light);
        workbench.start();
        @SuppressWarnings("unchecked")
        ToIntFunction<String[]> door = workbench.door(ToIntFunction.class, DOOR);
        AtomicInteger stopped = new AtomicInteger(INTERRUPTED);
        if (!shell) {
            stopOn("INT", INTERRUPTED, workbench, stopped);
            stopOn("TERM", TERMINATED, workbench, stopped);
        }
        int status = door.applyAsInt(words);
        if (status == INTERRUPTED) {
            status = stopped.get();
        }
        if (shell) {
            workbench.awaitStop();
        }
        if (Boolean.getBoolean("llmsys.rehearsal")) {
            workbench.stop();                                          // component descriptions are cached on an orderly stop
            System.exit(status);                                       // and the class archive on an orderly exit
        }
        return status;
    }

    /** The first Ctrl-C, or the first TERM, asks the command to stop; it saves and ends. The second of its kind ends at once. */
    private static void stopOn(String signal, int status, Workbench workbench, AtomicInteger stopped) {
        Signal.handle(new Signal(signal), first -> {
            Signal.handle(first, second -> Runtime.getRuntime().halt(status));
            stopped.set(status);
            new Thread(workbench.door(Runnable.class, DOOR), "interrupt").start();
        });
    }

    private static String required(String property) {
        String value = System.getProperty(property);
        if (value == null) {
            throw new IllegalStateException("the property " + property + " is not set; start with the script llmsys");
        }
        return value;
    }
}
