package org.llmsys.examples.chars;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Trial;
import org.llmsys.examples.Example;
import org.llmsys.examples.ExampleOptions;
import org.llmsys.examples.Notebook;
import org.llmsys.layers.FreshWeights;
import org.llmsys.layers.Initialization;
import org.llmsys.layers.RecurrentState;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.training.LearningRule;
import org.llmsys.training.NetworkTrainer;
import org.llmsys.training.WeightsFile;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * A network with a memory learns a text, letter by letter, and writes one: how language models were built before attention.
 *
 * <pre>
 *   repeat:  32 streams of the text, the next 32 characters of each
 *            logits, state = network(characters, state)
 *            loss = cross-entropy of logits and the characters one further on
 *            every weight a step of AdamW down its slope, the gradient shortened to length 1 first
 * </pre>
 *
 * <p>The state goes on from piece to piece, the gradient does not: back-propagation through time, cut off after 32 characters.
 *
 * @see <a href="https://karpathy.github.io/2015/05/21/rnn-effectiveness/">Karpathy 2015, The Unreasonable Effectiveness of Recurrent Neural
 *      Networks</a>
 */
@Component
public final class CharRnn implements Example {

    private static final int STREAMS = 32;
    private static final int TIME = 32;
    private static final int TEST_STREAMS = 8;
    private static final int MOST_KEPT = 8192;
    private static final int SHORTEST = 500;
    private static final double RATE = 5e-3;
    private static final double LONGEST_GRADIENT = 1;
    private static final int SAMPLE = 60;
    private static final int LAST_SAMPLE = 400;

    private final Assemblies assemblies;

    @Activate
    public CharRnn(@Reference Assemblies assemblies) {
        this.assemblies = assemblies;
    }

    @Override
    public String name() {
        return "char-rnn";
    }

    @Override
    public String summary() {
        return "a text, letter by letter, by a network with a memory";
    }

    @Override
    public Set<String> options() {
        return Set.of("text", "cell", "out", "steps", "seed");
    }

    @Override
    public void run(ExampleOptions options, Notebook notebook) throws IOException {
        String cell = options.text("cell", "lstm");
        int steps = options.count("steps", 1000);
        long seed = options.whole("seed", 1);
        Characters text = Characters.read(options.file("text"));
        int vocabSize = text.all().length;                                                         // V
        int kept = Math.min(MOST_KEPT, text.ids().length / 10);
        if (text.ids().length < SHORTEST) {
            throw Problem.failed("cannot learn from " + options.file("text"), "it has only " + text.ids().length + " characters",
                    "give a text of " + SHORTEST + " or more");
        }
        Streams learned = new Streams(Arrays.copyOf(text.ids(), text.ids().length - kept), STREAMS, TIME);
        Streams tested = new Streams(Arrays.copyOfRange(text.ids(), text.ids().length - kept, text.ids().length), TEST_STREAMS, kept);

        // Numbers from -1/sqrt(H) to 1/sqrt(H), biases too, are the custom for a memory of H numbers.
        FreshWeights weights = new FreshWeights(seed).with("_l0", Initialization.uniform(1 / Math.sqrt(CharNetwork.HIDDEN_DIM)));
        Blueprint<CharNetwork> blueprint = needs -> CharNetwork.of(cell, vocabSize, weights, needs);
        new Trial(assemblies).infer(blueprint, (network, pass) -> { });                            // built once, it has asked for its weights
        notebook.write(String.format(Locale.ROOT, "An %s that remembers %d numbers learns to continue a text of %,d characters, %d different ones.%n"
                + "A loss of %.2f is guessing among all of them.%n", cell.toUpperCase(Locale.ROOT), CharNetwork.HIDDEN_DIM, text.ids().length, vocabSize,
                Math.log(vocabSize)));

        Job job = notebook.job("char-rnn", "steps", steps);
        long start = System.nanoTime();
        try (NetworkTrainer<CharNetwork> trainer = new NetworkTrainer<>(assemblies, "example char-rnn", weights.all().values(), blueprint,
                LearningRule.of("adamw").withGradientClip(LONGEST_GRADIENT), seed, notebook.listener())) {
            CharWriter writer = new CharWriter(trainer, text, seed);
            RecurrentState[] state = new RecurrentState[1];
            for (int step = 1; step <= steps; step++) {
                int piece = (step - 1) % learned.pieces();
                RecurrentState before = piece == 0 ? null : state[0];                              // at the beginning of the text nothing is remembered
                double rate = RATE * (1 - (step - 1.0) / steps);
                double loss = trainer.step(rate, (network, pass) -> {
                    CharNetwork.Reading reading = network.read(learned.inputs(piece), STREAMS, before, pass);
                    state[0] = reading.state().kept();
                    return network.loss().forward(reading.logits(), targets(learned, piece, STREAMS), pass);
                });
                if (step == 1 || step % Math.max(1, steps / 10) == 0 || step == steps) {
                    double testLoss = loss(trainer, tested);
                    String sample = writer.write(SAMPLE, step);
                    notebook.report(String.format(Locale.ROOT, "step %5d   loss %.4f   on unseen text %.4f   writes: %s", step, loss, testLoss,
                            sample.replace('\n', ' ')), "step", step, "trainLoss", loss, "valLoss", testLoss, "sample", sample);
                }
                job.say(String.format(Locale.ROOT, "loss %.3f", loss));
                job.advance(step);
            }
            options.path("out").ifPresent(folder -> WeightsFile.save(folder.resolve("char-" + cell + ".safetensors"), weights.all()));
            double testLoss = loss(trainer, tested);
            double seconds = (System.nanoTime() - start) / 1e9;
            String written = writer.write(LAST_SAMPLE, 0);
            notebook.report(String.format(Locale.ROOT, "%nIt hesitates among %.1f characters; learned in %.0f s. It writes:%n%n%s", Math.exp(testLoss),
                    seconds, written), "cell", cell, "steps", steps, "valLoss", testLoss, "perplexity", Math.exp(testLoss), "text", written, "seconds", seconds);
        }
    }

    /** The mean loss over a text that nothing is learned from, read in one piece. */
    private static double loss(NetworkTrainer<CharNetwork> trainer, Streams streams) {
        return trainer.infer((network, pass) -> {
            CharNetwork.Reading reading = network.read(streams.inputs(0), TEST_STREAMS, null, pass);
            return network.loss().forward(reading.logits(), targets(streams, 0, TEST_STREAMS), pass).value().getDouble(0);
        });
    }

    private static Tensor targets(Streams streams, int piece, int batch) {
        return Tensor.ofInts(Shape.of(batch, streams.time()), streams.targets(piece));             // (B,T)
    }
}
