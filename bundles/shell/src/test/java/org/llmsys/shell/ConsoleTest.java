package org.llmsys.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Job.Progress;

class ConsoleTest {

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Console console(boolean terminal) {
        PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        return new Console(InputStream.nullInputStream(), stream, stream, terminal, terminal);
    }

    @Test
    @DisplayName("Ctrl-C cancels the job, and whatever is registered later too")
    void cancel() {
        Console console = console(false);
        Job job = console.job("work", "steps", 10);
        job.advance(1);
        console.cancel();
        assertThrows(CancellationException.class, () -> job.advance(2));
        AtomicInteger late = new AtomicInteger();
        console.onCancel(late::incrementAndGet);
        assertEquals(1, late.get());
        assertTrue(console.cancelled());
    }

    @Test
    @DisplayName("an interrupt of the thread, as Gogo sends it, cancels the job")
    void interrupt() {
        Console console = console(false);
        Job job = console.job("work", "steps", 10);
        Thread.currentThread().interrupt();
        assertThrows(CancellationException.class, () -> job.advance(1));
        assertTrue(Thread.interrupted());
    }

    @Test
    @DisplayName("on a terminal a model's control characters are made visible; elsewhere its text is left as it is")
    void controlCharacters() {
        assertEquals("a\\x1b[2Jb\n\tc\\x85", console(true).shown("a\u001b[2Jb\n\tc\u0085"));
        assertEquals("a\u001b[2Jb", console(false).shown("a\u001b[2Jb"));
    }

    @Test
    @DisplayName("elsewhere than on a terminal a quick job prints nothing, and never a control character")
    void plainProgress() {
        Job job = console(false).job("work", "steps", 1000);
        for (int i = 1; i <= 1000; i++) {
            job.advance(i);
        }
        assertFalse(err.toString(StandardCharsets.UTF_8).contains("\u001b"));
        assertEquals("", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("control characters in an error become visible, line ends stay")
    void harmless() {
        assertEquals("no token for '\\x1b[31m'\nwhy: x", Console.harmless("no token for '\u001b[31m'\nwhy: x"));
    }

    @Test
    @DisplayName("a line of progress has percent, count, rate, time left and the last word")
    void line() {
        Progress progress = new Progress("train", 250, 1000, "steps", 12.5, 60, "not saved\nmore");
        assertEquals("train  25 %  250 of 1,000 steps  12.5 steps/s  1 min 0 s left  not saved", ProgressLine.line(progress, false));
        assertEquals("train [######------------------]  25 %  250 of 1,000 steps  12.5 steps/s  1 min 0 s left  not saved",
                ProgressLine.line(progress, true));
        assertEquals("read 7 bytes  2.0 bytes/s", ProgressLine.line(new Progress("read", 7, 0, "bytes", 2, Double.NaN, ""), true));
    }

    @Test
    @DisplayName("durations are rounded to what people say")
    void durations() {
        assertEquals("0 s", ProgressLine.duration(0.2));
        assertEquals("3 min 20 s", ProgressLine.duration(200));
        assertEquals("2 h 5 min", ProgressLine.duration(7500));
    }
}
