package org.llmsys.python.internal;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

import org.llmsys.shell.Commands;
import org.llmsys.shell.Console;

/**
 * One command line that runs on a thread of its own while somebody else reads what it prints. The reader may stop at any time and look at other
 * things, such as signals.
 */
public final class Execution {

    private final HandOver output = new HandOver();
    private final Console console;
    private final Thread thread;
    private volatile int status;
    private volatile Throwable failure;

    Execution(Commands commands, String... words) {
        PrintStream out = new PrintStream(output.stream(HandOver.OUT), false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(output.stream(HandOver.ERR), false, StandardCharsets.UTF_8);
        console = new Console(InputStream.nullInputStream(), out, err, false, false);
        thread = new Thread(() -> run(commands, words), "python: " + (words.length == 0 ? "help" : words[0]));
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run(Commands commands, String... words) {
        try {
            status = commands.perform(console, words);
        } catch (Throwable thrown) {                                   // handed to the reader, whatever it is
            failure = thrown;
        } finally {
            console.out().flush();
            console.err().flush();
            output.finish();
        }
    }

    /**
     * What was printed next.
     *
     * @param millis how long to wait for it
     * @return 1 for standard output or 2 for standard error, then UTF-8; empty when the command has ended; null when nothing came in time
     */
    public byte[] read(long millis) throws InterruptedException {
        return output.take(millis);
    }

    /**
     * How it ended; known when {@link #read} has given an empty piece.
     *
     * @return the exit status
     * @throws Throwable what the command threw
     */
    public int status() throws Throwable {
        if (failure != null) {
            throw failure;
        }
        return status;
    }

    /** Asks the command to stop, as Ctrl-C does. It may save first; what it prints is still to be read. */
    public void cancel() {
        console.cancel();
    }

    /** For a command that was asked to stop and waits for something that does not come. */
    public void interrupt() {
        thread.interrupt();
    }

    /** Asks the command to stop, and throws away what it says. */
    public void abandon() {
        output.abandon();
        cancel();
    }

    boolean running() {
        return thread.isAlive();
    }

    /** Waits until the thread has ended, for so long at most. */
    void join(long millis) throws InterruptedException {
        thread.join(millis);
    }
}
