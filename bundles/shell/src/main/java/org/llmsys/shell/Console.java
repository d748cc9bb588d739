package org.llmsys.shell;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.llmsys.assembly.Job;

/**
 * Where a command reads and writes: data to {@code out}, progress and messages to {@code err}. Also the place where Ctrl-C arrives.
 */
public final class Console {

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean outIsTerminal;
    private final boolean errIsTerminal;
    private final List<Runnable> onCancel = new CopyOnWriteArrayList<>();
    private volatile boolean cancelled;

    public Console(InputStream in, PrintStream out, PrintStream err, boolean outIsTerminal, boolean errIsTerminal) {
        this.in = in;
        this.out = out;
        this.err = err;
        this.outIsTerminal = outIsTerminal;
        this.errIsTerminal = errIsTerminal;
    }

    public InputStream in() {
        return in;
    }

    /** Text that other programs may read. */
    public PrintStream out() {
        return out;
    }

    /** Progress, remarks, errors. */
    public PrintStream err() {
        return err;
    }

    /** Prints one JSON value on a line. */
    public void json(Object value) {
        out.println(Json.text(value));
        out.flush();
    }

    /** A job whose progress is shown on {@code err} and that Ctrl-C cancels. */
    public Job job(String title, String unit, long total) {
        ProgressLine line = new ProgressLine(err, errIsTerminal && System.getenv("NO_COLOR") == null && !"dumb".equals(System.getenv("TERM")));
        Job job = new Job(title, unit, total, progress -> {
            heed();
            line.show(progress);
        });
        onCancel(job::cancel);
        return job;
    }

    /** Calls this when the user asks the command to stop, at once if that has happened already. */
    public void onCancel(Runnable action) {
        onCancel.add(action);
        if (cancelled) {
            action.run();
        }
    }

    /** Asks the command to stop. */
    public void cancel() {
        cancelled = true;
        onCancel.forEach(Runnable::run);
    }

    /** Gogo interrupts the thread of a command at Ctrl-C: long commands look now and then. */
    public void heed() {
        if (!cancelled && Thread.currentThread().isInterrupted()) {
            cancel();
        }
    }

    /** Whether the user has asked the command to stop. */
    public boolean cancelled() {
        return cancelled;
    }

    /** A model's text as it may be shown: on a terminal, control characters other than line ends and tabs become visible and harmless. */
    public String shown(String text) {
        return outIsTerminal ? harmless(text) : text;
    }

    /** With control characters other than line ends and tabs made visible: text that somebody else wrote cannot steer the terminal. */
    public static String harmless(String text) {
        StringBuilder safe = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (Character.isISOControl(c) && c != '\n' && c != '\t') {
                safe.append(String.format("\\x%02x", c));
            } else {
                safe.appendCodePoint(c);
            }
        });
        return safe.toString();
    }
}
