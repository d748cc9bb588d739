package org.llmsys.examples.spirals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.examples.Example;
import org.llmsys.examples.ExampleOptions;
import org.llmsys.examples.Notebook;
import org.llmsys.layers.ActivationLayer;
import org.llmsys.layers.FreshWeights;
import org.llmsys.layers.Linear;
import org.llmsys.layers.LossLayer;
import org.llmsys.layers.Sequential;
import org.llmsys.tensor.Tensor;
import org.llmsys.training.LearningRule;
import org.llmsys.training.NetworkTrainer;
import org.llmsys.training.WeightsFile;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Two spirals, one around the other: to which does a point belong? The border winds, so the network must bend it from many straight
 * pieces. The picture shows what it answers everywhere, also where it never saw a point.
 *
 * <pre>
 *   x (N,2) -linear, tanh-> (N,64) -linear, tanh-> (N,64) -linear-> logits (N,2)
 *   loss = cross-entropy of logits and arms
 * </pre>
 *
 * @see <a href="https://www.cs.cmu.edu/afs/cs/project/ai-repository/ai/areas/neural/bench/0.html">Lang, Witbrock 1988, Learning to Tell Two
 *      Spirals Apart</a>
 */
@Component
public final class Spirals implements Example {

    private static final int POINTS = 400;
    private static final int TEST_POINTS = 1000;
    private static final int HIDDEN = 64;
    private static final double RATE = 0.01;

    private record Network(Layer layers, LossLayer loss) {
    }

    private final Assemblies assemblies;

    @Activate
    public Spirals(@Reference Assemblies assemblies) {
        this.assemblies = assemblies;
    }

    @Override
    public String name() {
        return "spirals";
    }

    @Override
    public String summary() {
        return "two spirals told apart, and the picture of the border";
    }

    @Override
    public Set<String> options() {
        return Set.of("png", "out", "steps", "seed");
    }

    @Override
    public void run(ExampleOptions options, Notebook notebook) throws IOException {
        int steps = options.count("steps", 1000);
        long seed = options.whole("seed", 1);
        SpiralPoints points = SpiralPoints.draw(POINTS, seed, 0);
        SpiralPoints unseen = SpiralPoints.draw(TEST_POINTS, seed, 1);
        FreshWeights weights = new FreshWeights(seed);
        new Trial(assemblies).infer(needs -> network(weights, needs), (network, pass) -> { });     // built once, it has asked for its weights
        notebook.write(String.format(Locale.ROOT, "A network of two hidden layers of %d units learns which of two spirals each of %d points is on.%n"
                + "A loss of %.2f is guessing. Accuracy is taken on %,d other points of the same spirals.%n", HIDDEN, POINTS, Math.log(2), TEST_POINTS));

        Job job = notebook.job("spirals", "steps", steps);
        try (NetworkTrainer<Network> trainer = new NetworkTrainer<>(assemblies, "example spirals", weights.all().values(),
                needs -> network(weights, needs), LearningRule.of("adamw"), seed, notebook.listener())) {
            Variable x = Variable.constant("points", points.positions());                          // (N,2)
            double accuracy = 0;
            for (int step = 1; step <= steps; step++) {
                double rate = RATE * (1 - (step - 1.0) / steps);                                   // long steps first, short ones at the end
                double loss = trainer.step(rate, (network, pass) ->
                        network.loss().forward(network.layers().forward(x, pass), points.arms(), pass));
                if (step == 1 || step % Math.max(1, steps / 10) == 0 || step == steps) {
                    accuracy = accuracy(trainer, unseen);
                    notebook.report(String.format(Locale.ROOT, "step %5d   loss %.4f   accuracy %5.1f %%", step, loss, 100 * accuracy),
                            "step", step, "loss", loss, "accuracy", accuracy);
                }
                job.advance(step);
            }
            Optional<Path> png = options.path("png");
            if (png.isPresent()) {
                SpiralPicture.of(points, grid -> secondMinusFirst(trainer, grid)).save(png.get());
                notebook.write("\nThe picture is in " + png.get() + ": each colour is an answer, the pale seam between them the border.");
            } else {
                notebook.write("\nGive --png FILE to see what it answers everywhere.");
            }
            options.path("out").ifPresent(folder -> WeightsFile.save(folder.resolve("spirals.safetensors"), weights.all()));
            notebook.report(String.format(Locale.ROOT, "%n%.1f %% of %,d points it never saw are right.", 100 * accuracy, TEST_POINTS),
                    "steps", steps, "accuracy", accuracy, "png", png.map(Path::toString).orElse(null));
        }
    }

    private static Network network(Parameters weights, Needs needs) {
        return new Network(new Sequential(List.of(
                new Linear("hidden1", 2, HIDDEN, weights, needs), new ActivationLayer("tanh", needs),
                new Linear("hidden2", HIDDEN, HIDDEN, weights, needs), new ActivationLayer("tanh", needs),
                new Linear("out", HIDDEN, 2, weights, needs))),
                new LossLayer("cross-entropy", needs));
    }

    private static double accuracy(NetworkTrainer<Network> trainer, SpiralPoints points) {
        float[] scores = secondMinusFirst(trainer, points.positions());
        int right = 0;
        for (int i = 0; i < scores.length; i++) {
            right += (scores[i] > 0 ? 1 : 0) == points.arms().getLong(i) ? 1 : 0;
        }
        return (double) right / scores.length;
    }

    /** For each position (N,2) by how much the second arm's logit is above the first's: above 0 the network says "second". */
    private static float[] secondMinusFirst(NetworkTrainer<Network> trainer, Tensor positions) {
        return trainer.infer((network, pass) -> {
            Tensor logits = network.layers().forward(Variable.constant("positions", positions), pass).value();    // (N,2)
            float[] scores = new float[logits.shape().intExtent(0)];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = logits.get(i, 1) - logits.get(i, 0);
            }
            return scores;
        });
    }
}
