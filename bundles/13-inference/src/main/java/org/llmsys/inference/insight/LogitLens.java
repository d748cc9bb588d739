package org.llmsys.inference.insight;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Step;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Workspace;
import org.llmsys.embedding.OutputProjection;
import org.llmsys.normalization.NormalizationLayer;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.TransformerModel;
import org.llmsys.transformer.TransformerNetwork;

/**
 * What a model would write if it ended after each of its blocks: the stream there, through the norm and the output projection that stand at the end.
 *
 * <pre>
 *   x_0     the embedding                                        (T,C)
 *   x_i     the stream behind block i                            (T,C)
 *   p_i     softmax(norm_f(x_i) · tableᵀ)                        (T,V)      p_L is what the model says
 *   H_i     − Σ p_i log2 p_i, in bits: 0 is sure, log2 V knows nothing
 * </pre>
 *
 * <p>It works because every block only adds to the stream: all of it, from the first block on, is written in the language that the end reads.
 *
 * <p>Behind {@code post-norm} blocks the stream has been normalized already, and no norm follows. Logits are made for a few positions at a time, so
 * the lens takes little more memory than the forward pass.
 *
 * <pre>{@code
 * LogitLens lens = new LogitLens(assemblies);
 * List<LogitLens.Reading> readings = lens.read(model, ids, 3, StepListener.NONE);        // L + 1 of them
 * readings.getLast().positions().getLast().top().getFirst();                             // what comes next: id, probability
 * }</pre>
 *
 * @see <a href="https://www.lesswrong.com/posts/AcKRB8wDpdaN6v6ru/interpreting-gpt-the-logit-lens">nostalgebraist 2020, interpreting GPT: the logit lens</a>
 */
public final class LogitLens {

    private static final String OWNER = "logit-lens";
    /** Positions whose logits are in memory at once. */
    private static final int ROWS = 16;

    private final Assemblies assemblies;

    public LogitLens(Assemblies assemblies) {
        this.assemblies = assemblies;
    }

    /** A token and its probability, from 0 to 1. */
    public record Guess(int id, double probability) {
    }

    /**
     * What is foreseen behind one token.
     *
     * @param top     the likeliest first; of equal ones the smaller id
     * @param entropy in bits
     */
    public record Foreseen(List<Guess> top, double entropy) {
    }

    /**
     * One place of the stream.
     *
     * @param place     as TransformerLens names it
     * @param positions one a token of the prompt
     */
    public record Reading(String place, List<Foreseen> positions) {
    }

    /** What a step computes with: the network, and its end once more. */
    private record Plan(TransformerNetwork network, Layer end, Need<TensorAllocator> allocator) {

        static Plan of(TransformerModel model, Needs needs) {
            ModelConfig config = model.config();
            Layer norm = !config.finalNorm() ? (x, pass) -> x
                    : new NormalizationLayer(config.normalization(), "ln_f", config.embeddingDim(), config.normEps(), model.weights(), needs);
            Layer output = new OutputProjection(config.tiedOutput() ? "wte" : "lm_head", config.vocabSize(), config.embeddingDim(), model.weights(),
                    needs);
            return new Plan(model.network(needs), (x, pass) -> output.forward(norm.forward(x, pass), pass),
                    needs.add(TensorAllocator.class, TensorAllocator.ALGORITHM));
        }
    }

    /**
     * @param ids      T of them, 1 or more
     * @param top      guesses wanted at each position, 1 or more; no more than V come back
     * @param listener hears of pauses, repeats and quarantines
     * @return the embedding's, then one a block
     * @throws Problem for no ids, ids that the model does not know or has no room for, and blocks that do not show their stream
     */
    public List<Reading> read(TransformerModel model, int[] ids, int top, StepListener listener) {
        if (ids.length == 0 || top < 1) {
            throw Problem.misused("the logit lens has nothing to show", ids.length == 0 ? "the prompt has no tokens" : "it was asked for " + top
                    + " guesses",
                    "give a prompt of at least one token, and ask for at least one guess");
        }
        try (StepRunner<Plan> runner = assemblies.runner(OWNER, needs -> Plan.of(model, needs), listener)) {
            return runner.run((plan, step) -> read(plan, step, model.config(), ids, top), LogitLens::faultIn, (plan, step, readings) -> { });
        }
    }

    private static List<Reading> read(Plan plan, Step step, ModelConfig config, int[] ids, int top) {
        TensorAllocator allocator = step.get(plan.allocator());
        List<Reading> readings = new ArrayList<>();
        streams(plan, step, allocator, config, ids).forEach((place, stream) ->
                readings.add(new Reading(place, foreseen(plan, step, allocator, stream, top))));
        return readings;
    }

    /** The stream before the first block and behind each, (1,T,C), by place. */
    private static Map<String, Tensor> streams(Plan plan, Step step, TensorAllocator allocator, ModelConfig config, int[] ids) {
        Map<String, Tensor> streams = new LinkedHashMap<>();
        streams.put("blocks.0.hook_resid_pre", null);
        for (int i = 0; i < config.numLayers(); i++) {
            streams.put("blocks." + i + (config.finalNorm() ? ".hook_resid_post" : ".hook_normalized_resid_post"), null);
        }
        Hooks copy = new Hooks() {
            @Override
            public boolean wants(String place) {
                return streams.containsKey(place);
            }

            @Override
            public Variable visit(String place, Variable x, Pass pass) {
                streams.put(place, x.value().copy());
                return x;
            }
        };
        try (Pass pass = Pass.inference(copy.on(step), allocator, OWNER)) {
            plan.network().forward(ids, 1, null, true, pass);
        }
        streams.forEach((place, stream) -> {
            if (stream == null) {
                throw Problem.failed("the logit lens cannot see " + place, "blocks of kind " + config.block() + " do not show it",
                        "let the block call Hooks.show with that place");
            }
        });
        return streams;
    }

    private static List<Foreseen> foreseen(Plan plan, Step step, TensorAllocator allocator, Tensor stream, int top) {
        List<Foreseen> positions = new ArrayList<>();
        long length = stream.shape().extent(1);
        for (long from = 0; from < length; from += ROWS) {
            try (Pass pass = Pass.inference(step, allocator, OWNER)) {
                Tensor rows = stream.slice(1, from, Math.min(length, from + ROWS)).copy();                      // (1,n,C)
                Tensor logits = plan.end().forward(Variable.constant("stream", rows), pass).value();            // (1,n,V)
                for (long row = 0; row < rows.shape().extent(1); row++) {
                    positions.add(foreseen(logits.select(0, 0).select(0, row).copy().floats(), top));
                }
            }
        }
        return positions;
    }

    /** @param logits (V) */
    static Foreseen foreseen(float[] logits, int top) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        double weighted = 0;
        for (float logit : logits) {
            double weight = Math.exp(logit - largest);
            sum += weight;
            weighted += weight == 0 ? 0 : weight * (logit - largest);
        }
        List<Guess> guesses = new ArrayList<>();
        for (int id : likeliest(logits, Math.min(top, logits.length))) {
            guesses.add(new Guess(id, Math.exp(logits[id] - largest) / sum));
        }
        return new Foreseen(guesses, Math.max(0, (Math.log(sum) - weighted / sum) / Math.log(2)));
    }

    /** The ids of the largest logits, largest first: each new one moves up past the smaller ones. */
    private static int[] likeliest(float[] logits, int count) {
        int[] best = new int[count];
        int found = 0;
        for (int id = 0; id < logits.length; id++) {
            int at = found;
            while (at > 0 && logits[best[at - 1]] < logits[id]) {
                at--;
            }
            if (at < count) {
                found = Math.min(count, found + 1);
                System.arraycopy(best, at, best, at + 1, found - 1 - at);
                best[at] = id;
            }
        }
        return Arrays.copyOf(best, found);
    }

    private static String faultIn(List<Reading> readings) {
        boolean finite = readings.stream().flatMap(reading -> reading.positions().stream()).allMatch(at -> Double.isFinite(at.entropy()));
        return finite ? null : "logits hold NaN or infinity";
    }
}
