package org.llmsys.shell.internal.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.llmsys.assembly.Problem;

/**
 * Somebody else's library, in a process of its own that waits for work: one line asks, one line answers.
 *
 * <pre>
 *                          ready numpy 2.4.0        or: missing REASON
 *   prepare matmul 8 8 8   ok WAY                   or: unknown, or: declined REASON
 *   run 100 WALL           seconds 1.2e-06          any: failed REASON
 * </pre>
 *
 * <p>The process ends when this object is closed, and by itself when its pipe closes, whatever becomes of us. An answer that does not
 * come within a bound ends it too.
 */
final class Peer implements Contestant {

    /** Longer than any question should take, a library's first import on a busy machine included. */
    static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final String DECLINED = "declined ";
    private static final long LOOK_NANOS = 40_000_000;
    private static final long ENDS_MILLIS = 2000;

    private final String name;
    private final Process process;
    private final Duration patience;
    private final PrintStream questions;
    private final BufferedReader answers;
    private String version = "";
    private volatile boolean late;

    private Peer(String name, Process process, Duration patience) {
        this.name = name;
        this.process = process;
        this.patience = patience;
        this.questions = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Starts one.
     *
     * @param patience how long an answer may take
     * @return a peer that is ready
     * @throws IOException that says why it is not there
     */
    static Peer start(String name, List<String> command, int threads, Duration patience) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        PeerEnvironment.clean(builder.environment(), threads);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new IOException("there is no " + command.getFirst() + " on the PATH", e);
        }
        Peer peer = new Peer(name, process, patience);
        String greeting = peer.answer();
        if (greeting == null || !greeting.startsWith("ready ")) {
            peer.close();
            throw new IOException(greeting == null ? peer.ending() : greeting.substring(greeting.indexOf(' ') + 1));
        }
        peer.version = greeting.substring("ready ".length());
        return peer;
    }

    @Override
    public String name() {
        return name;
    }

    /** Name and version. */
    String version() {
        return version;
    }

    /**
     * Makes it ready for a case.
     *
     * @return in which way it will do it, the fastest it knows; null when it does not know the case
     * @throws PeerDeclines when it knows the case, but comes to another result or lacks something
     */
    String prepare(String question) throws PeerDeclines {
        String answer = ask("prepare " + question);
        if (answer.startsWith(DECLINED)) {
            throw new PeerDeclines(answer.substring(DECLINED.length()));
        }
        return answer.equals("unknown") ? null : after("ok ", answer);
    }

    @Override
    public double seconds(int repetitions, Clock clock) {
        String answer = after("seconds ", ask("run " + repetitions + " " + clock));
        try {
            return Double.parseDouble(answer);
        } catch (NumberFormatException e) {
            throw unable("it gave " + answer + " as its seconds");
        }
    }

    /** Threads of OpenBLAS and OpenMP spin for a tenth of a second after their work. */
    @Override
    public void rest() {
        Calm.await(process.toHandle(), LOOK_NANOS);
    }

    private String ask(String question) {
        questions.println(question);
        String answer = answer();
        if (answer == null) {
            throw Problem.failed("the peer " + name + " is gone", ending() + ", asked for: " + question,
                    "measure without --peers, or see whether python3 can import " + name + " and has the memory");
        }
        return answer;
    }

    private String after(String word, String answer) {
        if (!answer.startsWith(word)) {
            throw unable(answer);
        }
        return answer.substring(word.length());
    }

    private Problem unable(String why) {
        return Problem.failed("the peer " + name + " could not do its part", why, "measure without --peers, or with smaller --sizes");
    }

    /** @return null when the process has ended */
    private String answer() {
        CompletableFuture<Void> alarm = CompletableFuture.runAsync(() -> {
            late = true;
            process.destroyForcibly();
        }, CompletableFuture.delayedExecutor(patience.toMillis(), TimeUnit.MILLISECONDS));
        try {
            return answers.readLine();
        } catch (IOException e) {
            return null;
        } finally {
            alarm.cancel(false);
        }
    }

    /** Its output has ended, and so will the process. */
    private String ending() {
        await(ENDS_MILLIS);
        close();
        return late ? "it did not answer within " + patience.toSeconds() + " seconds and was ended"
                : "its process ended with status " + process.exitValue();
    }

    /** Ends the process, and waits until it is gone. Safe from any thread. */
    @Override
    public void close() {
        process.destroyForcibly();
        await(Long.MAX_VALUE);
    }

    /** An interrupt must not leave a process behind: it is kept for later. */
    private void await(long millis) {
        boolean interrupted = Thread.interrupted();
        try {
            process.waitFor(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
