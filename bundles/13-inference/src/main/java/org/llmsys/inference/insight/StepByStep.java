package org.llmsys.inference.insight;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.tensor.RandomStream;

/**
 * A sequence that an engine writes, with an account of each token. The engine runs as always, with {@linkplain LogitsTaps taps} between its filters,
 * so the tokens are those of {@code generate} with the same options, and the account is of what happened, not of what should have. For one thread.
 *
 * <pre>{@code
 * try (StepByStep steps = new StepByStep(assemblies, model, promptIds, options, 10, StepListener.NONE)) {
 *     for (StepChoice choice = steps.next(); choice != null; choice = steps.next()) {
 *         System.out.println(choice.token() + ": " + choice.why());
 *     }
 * }
 * }</pre>
 */
public final class StepByStep implements AutoCloseable {

    private final LoadedModel model;
    private final List<FilterChoice> filters;
    private final long seed;
    private final int shown;
    private final LogitsTaps taps;
    private final TraceWitness witness;
    private final GenerationSession session;
    private long position;

    /**
     * @param shown   how many of the likeliest tokens, and of the cut ones, an account names
     * @param listener hears of pauses, repeats and quarantines
     */
    public StepByStep(Assemblies assemblies, LoadedModel model, int[] promptIds, GenerationOptions options, int shown, StepListener listener) {
        this.model = model;
        this.filters = options.filters();
        this.seed = options.seed();
        this.shown = shown;
        this.taps = new LogitsTaps(assemblies, null);
        this.witness = new TraceWitness(listener);
        this.position = promptIds.length;
        GenerationOptions tapped = new GenerationOptions(options.maxTokens(), options.sampler(), LogitsTaps.between(filters), options.seed(),
                options.stopTexts(), options.stopTokens(), options.slide(), options.logProbabilities());
        this.session = new AutoregressiveEngine(taps).open(model, promptIds, tapped, witness);
    }

    /** The next token and how it came about; null when the sequence has ended. */
    public StepChoice next() {
        GeneratedToken token = session.next();
        return token == null || token.id() == GeneratedToken.TEXT_ONLY ? null : account(token);
    }

    /** As {@link GenerationSession#stopReason}. */
    public String stopReason() {
        return session.stopReason();
    }

    /** Ends the sequence before its next token; from any thread. */
    public void cancel() {
        session.cancel();
    }

    private StepChoice account(GeneratedToken token) {
        List<float[]> logits = IntStream.rangeClosed(0, filters.size()).mapToObj(taps::seen).toList();
        List<double[]> stages = logits.stream().map(LogitsMath::softmax).toList();
        List<StepCandidate> candidates = likeliest(logits.getFirst(), stages.getFirst()).map(id -> candidate(id, logits, stages)).toList();
        List<StepFilter> did = new ArrayList<>();
        for (int f = 0; f < filters.size(); f++) {
            did.add(filter(f, logits, stages));
        }
        int id = token.id();
        float[] last = logits.getLast();
        double[] p = stages.getLast();
        double from = 0;
        for (int other = 0; other < id; other++) {
            from += p[other];
        }
        Candidate sampler = witness.providers().stream().filter(provider -> provider.slot().equals("sampler")).findFirst().orElse(null);
        double draw = RandomStream.at(seed, position).nextDouble();
        return new StepChoice(position++, id, TraceTokens.text(model, id), token.text(), candidate(id, logits, stages), candidates, did,
                possible(last), LogitsMath.rank(id, last), sampler, draw, from, from + p[id]);
    }

    private StepFilter filter(int f, List<float[]> logits, List<double[]> stages) {
        float[] before = logits.get(f);
        float[] after = logits.get(f + 1);
        float[] cut = before.clone();
        double probability = 0;
        for (int id = 0; id < cut.length; id++) {
            if (after[id] == Float.NEGATIVE_INFINITY) {
                probability += stages.get(f)[id];
            } else {
                cut[id] = Float.NEGATIVE_INFINITY;                                       // it stays, so it is not listed
            }
        }
        List<StepCandidate> removed = likeliest(cut, stages.get(f)).map(id -> candidate(id, logits, stages)).toList();
        return new StepFilter(filters.get(f).name(), filters.get(f).values(), possible(before), possible(after), probability, removed);
    }

    /** The first {@code shown} ids that are possible, the likeliest first; of equals the lower id. */
    private Stream<Integer> likeliest(float[] logits, double[] p) {
        return IntStream.range(0, logits.length).filter(id -> logits[id] != Float.NEGATIVE_INFINITY).boxed()
                .sorted(Comparator.comparingDouble((Integer id) -> -p[id]).thenComparing(Comparator.naturalOrder())).limit(shown);
    }

    private StepCandidate candidate(int id, List<float[]> logits, List<double[]> stages) {
        String cutBy = null;
        for (int f = 0; f < filters.size() && cutBy == null; f++) {
            cutBy = logits.get(f)[id] != Float.NEGATIVE_INFINITY && logits.get(f + 1)[id] == Float.NEGATIVE_INFINITY ? filters.get(f).name() : null;
        }
        return new StepCandidate(id, TraceTokens.text(model, id), stages.stream().map(stage -> stage[id]).toList(), cutBy);
    }

    private static int possible(float[] logits) {
        int count = 0;
        for (float logit : logits) {
            count += logit == Float.NEGATIVE_INFINITY ? 0 : 1;
        }
        return count;
    }

    @Override
    public void close() {
        session.close();
    }
}
