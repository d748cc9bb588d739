package org.llmsys.shell;

import java.io.PrintStream;
import java.util.Locale;

import org.llmsys.assembly.Job.Progress;

/** Shows how far a job is: a line that is drawn over itself on a terminal, elsewhere a plain line every few seconds. */
final class ProgressLine {

    private static final long TERMINAL_NANOS = 100_000_000L;
    private static final long PLAIN_NANOS = 5_000_000_000L;
    private static final int WIDTH = 24;
    private static final String ERASE = "\r\u001b[K";

    private final PrintStream err;
    private final boolean terminal;
    private long last = System.nanoTime() - (PLAIN_NANOS - 2_000_000_000L);

    ProgressLine(PrintStream err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    synchronized void show(Progress progress) {
        long now = System.nanoTime();
        boolean complete = progress.total() > 0 && progress.done() >= progress.total();
        if (terminal && complete) {
            err.print(ERASE);
            err.flush();
        } else if (now - last >= (terminal ? TERMINAL_NANOS : PLAIN_NANOS)) {
            last = now;
            if (terminal) {
                err.print(ERASE + line(progress, true) + "\r");
            } else {
                err.println(line(progress, false));
            }
            err.flush();
        }
    }

    static String line(Progress p, boolean bar) {
        StringBuilder line = new StringBuilder(p.title()).append(' ');
        if (p.total() > 0) {
            if (bar) {
                int full = (int) Math.clamp(WIDTH * p.percent() / 100, 0, WIDTH);
                line.append('[').append("#".repeat(full)).append("-".repeat(WIDTH - full)).append("] ");
            }
            line.append(String.format(Locale.ROOT, "%3.0f %%  %,d of %,d %s", p.percent(), p.done(), p.total(), p.unit()));
        } else {
            line.append(String.format(Locale.ROOT, "%,d %s", p.done(), p.unit()));
        }
        line.append(String.format(Locale.ROOT, "  %.1f %s/s", p.rate(), p.unit()));
        if (Double.isFinite(p.etaSeconds())) {
            line.append("  ").append(duration(p.etaSeconds())).append(" left");
        }
        if (!p.message().isEmpty()) {
            line.append("  ").append(p.message().lines().findFirst().orElse(""));
        }
        return line.toString();
    }

    /** {@code 5 s}, {@code 3 min 20 s}, {@code 2 h 5 min}. */
    static String duration(double seconds) {
        long s = Math.round(seconds);
        return s < 60 ? s + " s" : s < 3600 ? s / 60 + " min " + s % 60 + " s" : s / 3600 + " h " + s % 3600 / 60 + " min";
    }
}
