package org.llmsys.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Collects what held and what did not. A promise is a sentence; a broken one keeps the numbers that show it. */
public final class Checks {

    /** What a promise does to be checked; any exception breaks it. */
    @FunctionalInterface
    public interface Body {
        void run() throws Exception;
    }

    /** The sum of a run. {@code failures}: a line for each broken promise. */
    public record Report(int passed, int failed, int skipped, List<String> failures) {
    }

    private int passed;
    private int skipped;
    private final List<String> failures = new ArrayList<>();

    /** Checks one promise. */
    public void promise(String sentence, Body body) {
        try {
            body.run();
            passed++;
        } catch (Exception | AssertionError | LinkageError | StackOverflowError broken) {
            String message = broken instanceof AssertionError ? broken.getMessage() : broken.toString();
            failures.add(sentence + ": " + message);
        }
    }

    /** Notes a promise that cannot be checked for this provider. */
    public void skip(String sentence) {
        skipped++;
    }

    public Report report() {
        return new Report(passed, failures.size(), skipped, List.copyOf(failures));
    }

    // ---- what bodies say ------------------------------------------------------------------------------------------------------

    /** @throws AssertionError when {@code condition} is false */
    public static void that(boolean condition, String message, Object... arguments) {
        if (!condition) {
            throw new AssertionError(String.format(Locale.ROOT, message, arguments));
        }
    }

    /** @throws AssertionError when the two are further apart than {@code tolerance}, or one is NaN */
    public static void close(double expected, double actual, double tolerance, String where, Object... arguments) {
        if (!(Math.abs(expected - actual) <= tolerance)) {
            that(false, "%s: expected %.9g, got %.9g, tolerance %.3g", String.format(Locale.ROOT, where, arguments), expected, actual, tolerance);
        }
    }

    /** @throws AssertionError when {@code body} does not end by an exception */
    public static void refused(String what, Body body) {
        try {
            body.run();
        } catch (Exception expected) {
            return;
        }
        that(false, "%s was accepted", what);
    }

    /**
     * Runs the same call on four threads at once, several times.
     *
     * @throws AssertionError when one result differs from the first ({@code equals} decides)
     */
    public static <R> void sameOnManyThreads(Callable<R> call) throws Exception {
        R expected = call.call();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<R>> results = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                results.add(threads.submit(call));
            }
            for (Future<R> result : results) {
                that(expected.equals(result.get()), "another thread got another result");
            }
        }
    }
}
