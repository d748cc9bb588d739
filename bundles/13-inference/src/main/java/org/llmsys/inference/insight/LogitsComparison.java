package org.llmsys.inference.insight;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;

/**
 * Lets two sides read the same text and says where they begin to differ: two assemblies, two engines, two models, or a file of logits.
 *
 * <pre>
 *   both read the prompt, then step by step the token that side A finds likeliest
 *   difference = |logits of A - logits of B|          at every position that both give
 * </pre>
 *
 * <p>Where both sides can be looked into, every place of the network is compared too, so that the first one that differs names the part to look at.
 *
 * <pre>{@code
 * LogitsDifference d = new LogitsComparison(assemblies, StepListener.NONE).compare(a, b, promptIds, 8, 1e-4, job);
 * System.out.println(d.same() + " " + d.firstHookBeyond());
 * }</pre>
 */
public final class LogitsComparison {

    private static final int CHUNK = 64;

    private final Assemblies assemblies;
    private final StepListener listener;

    /** @param listener hears of pauses, repeats and quarantines of both sides */
    public LogitsComparison(Assemblies assemblies, StepListener listener) {
        this.assemblies = assemblies;
        this.listener = listener;
    }

    /**
     * @param promptIds at least one id
     * @param steps     tokens read behind the prompt, 0 or more
     * @param tolerance largest difference that counts as none; 0 asks for equal numbers
     * @param job       counts the prompt as one step
     * @throws Problem when the sides' vocabularies differ, the text is too long for one, or a file has other rows
     */
    public LogitsDifference compare(LogitsSource a, LogitsSource b, int[] promptIds, int steps, double tolerance, Job job) {
        if (promptIds.length == 0) {
            throw Problem.misused("the prompt has no tokens", "both sides read a text, so it needs at least one token", "give a prompt");
        }
        job.total(steps + 1);
        try (LogitsSide sideA = side(a, promptIds.length, steps); LogitsSide sideB = side(b, promptIds.length, steps)) {
            return compare(a, b, sideA, sideB, promptIds, steps, tolerance, job);
        }
    }

    private LogitsDifference compare(LogitsSource a, LogitsSource b, LogitsSide sideA, LogitsSide sideB, int[] promptIds, int steps, double tolerance,
            Job job) {
        LogitsTally tally = new LogitsTally(tolerance);
        LogitsHooks hooks = new LogitsHooks(tolerance);
        boolean looking = sideA.open() && sideB.open();
        List<Integer> ids = new ArrayList<>();
        int[] part = promptIds;
        int from = -1;
        for (int n = 0; n <= steps; n++) {
            int next = -1;
            for (int[] chunk : looking ? chunks(part) : List.of(part)) {
                for (int id : chunk) {
                    ids.add(id);
                }
                List<float[]> rowsA = sideA.read(chunk, -1, looking ? hooks.first() : null);
                next = LogitsMath.likeliest(rowsA.getLast());
                List<float[]> rowsB = sideB.read(chunk, next, looking ? hooks.second() : null);
                int count = Math.min(rowsA.size(), rowsB.size());
                from = from < 0 ? ids.size() - count : from;
                for (int i = count; i > 0; i--) {
                    float[] rowA = rowsA.get(rowsA.size() - i);
                    float[] rowB = rowsB.get(rowsB.size() - i);
                    requireSameWidth(a, b, rowA, rowB);
                    tally.add(ids.size() - i, rowA, rowB);
                }
            }
            part = new int[] {next};
            job.advance(n + 1);
        }
        return tally.difference(a.name(), b.name(), ids, from, hooks);
    }

    /** What is looked into is kept until the other side has made the same step: so both go through a long prompt in small ones. */
    private static List<int[]> chunks(int[] ids) {
        List<int[]> chunks = new ArrayList<>();
        for (int from = 0; from < ids.length; from += CHUNK) {
            chunks.add(Arrays.copyOfRange(ids, from, Math.min(ids.length, from + CHUNK)));
        }
        return chunks;
    }

    /**
     * Two files, row by row: there is no text to read.
     *
     * @throws Problem when their rows are not as many or not as wide
     */
    public LogitsDifference compare(LogitsSource.OfFile a, LogitsSource.OfFile b, double tolerance) {
        if (a.rows().size() != b.rows().size()) {
            throw Problem.failed("the files " + a.name() + " and " + b.name() + " cannot be compared", "one has " + a.rows().size()
                    + " rows, the other "
                    + b.rows().size(), "give files of the same text");
        }
        LogitsTally tally = new LogitsTally(tolerance);
        for (int t = 0; t < a.rows().size(); t++) {
            requireSameWidth(a, b, a.rows().get(t), b.rows().get(t));
            tally.add(t, a.rows().get(t), b.rows().get(t));
        }
        return tally.difference(a.name(), b.name(), List.of(), 0, new LogitsHooks(tolerance));
    }

    private LogitsSide side(LogitsSource source, int promptLength, int steps) {
        return switch (source) {
            case LogitsSource.OfNetwork network -> new LogitsSideOfNetwork(assemblies, network, promptLength + steps, listener);
            case LogitsSource.OfEngine engine -> new LogitsSideOfEngine(LogitsEngine.of(engine, assemblies), engine, steps + 1, listener);
            case LogitsSource.OfFile file -> new LogitsSideOfFile(file, promptLength + steps, steps + 1);
        };
    }

    private static void requireSameWidth(LogitsSource a, LogitsSource b, float[] rowA, float[] rowB) {
        if (rowA.length != rowB.length) {
            throw Problem.failed("the logits of " + a.name() + " and " + b.name() + " cannot be compared", "one side has " + rowA.length
                    + " tokens to choose from, the other " + rowB.length, "compare models of one vocabulary");
        }
    }
}
