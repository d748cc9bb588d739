package org.llmsys.examples.xor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Variable;
import org.llmsys.examples.Example;
import org.llmsys.examples.ExampleOptions;
import org.llmsys.examples.Notebook;
import org.llmsys.layers.ActivationLayer;
import org.llmsys.layers.Initialization;
import org.llmsys.layers.Linear;
import org.llmsys.layers.LossLayer;
import org.llmsys.layers.Sequential;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.training.LearningRule;
import org.llmsys.training.NetworkTrainer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Exclusive or: is exactly one of two switches on? One layer cannot learn it, because no straight line parts the two answers; two can.
 *
 * <pre>
 *   h    = tanh(x·W + b)           x (4,2), W (2,4), h (4,4)      four questions at once, a row each
 *   y    = sigmoid(h·V + c)        V (4,1), y (4,1)               an answer for each, from 0 (no) to 1 (yes)
 *   loss = mean of (y - answer)²
 * </pre>
 *
 * @see <a href="https://doi.org/10.1038/323533a0">Rumelhart, Hinton, Williams 1986, Learning Representations by Back-propagating Errors</a>
 */
@Component
public final class Xor implements Example {

    static final double[][] QUESTIONS = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
    static final double[] ANSWERS = {0, 1, 1, 0};
    private static final double RATE = 1;

    private record Network(Layer layers, LossLayer loss) {
    }

    private final Assemblies assemblies;

    @Activate
    public Xor(@Reference Assemblies assemblies) {
        this.assemblies = assemblies;
    }

    @Override
    public String name() {
        return "xor";
    }

    @Override
    public String summary() {
        return "the smallest problem that needs two layers";
    }

    @Override
    public Set<String> options() {
        return Set.of("scalar", "steps", "seed");
    }

    @Override
    public void run(ExampleOptions options, Notebook notebook) {
        int steps = options.count("steps", 2000);
        List<Variable> weights = weights(options.whole("seed", 1));
        notebook.write("A network of 2 inputs, 4 hidden units and 1 output, 17 weights, learns exclusive or.\n\n"
                + "   step     loss    0 xor 0   0 xor 1   1 xor 0   1 xor 1\n"
                + " wanted                   0         1         1         0");
        if (options.has("scalar")) {
            learnScalar(weights, steps, notebook);
        } else {
            learn(weights, steps, notebook);
        }
    }

    private void learn(List<Variable> weights, int steps, Notebook notebook) {
        Variable questions = Variable.constant("questions", tensor(QUESTIONS));                    // (4,2)
        Tensor answers = Tensor.of(Shape.of(4, 1), 0, 1, 1, 0);                                    // (4,1)
        NamedWeights named = NamedWeights.of(weights.toArray(Variable[]::new));
        Job job = notebook.job("xor", "steps", steps);
        try (NetworkTrainer<Network> trainer = new NetworkTrainer<>(assemblies, "example xor", weights, needs -> network(named, needs),
                LearningRule.of("sgd"), 1, notebook.listener())) {
            for (int step = 1; step <= steps; step++) {
                double loss = trainer.step(RATE, (network, pass) ->
                        network.loss().forward(network.layers().forward(questions, pass), answers, pass));
                if (isShown(step, steps)) {
                    List<Double> predictions = trainer.infer((network, pass) -> column(network.layers().forward(questions, pass).value()));
                    report(step, steps, loss, predictions, notebook);
                }
                job.advance(step);
            }
        }
    }

    private static Network network(NamedWeights weights, Needs needs) {
        return new Network(new Sequential(List.of(
                new Linear("hidden", 2, 4, weights, needs), new ActivationLayer("tanh", needs),
                new Linear("out", 4, 1, weights, needs), new ActivationLayer("sigmoid", needs))),
                new LossLayer("mean-squared-error", needs));
    }

    private static void learnScalar(List<Variable> weights, int steps, Notebook notebook) {
        ScalarXor network = new ScalarXor(weights.stream().flatMap(w -> column(w.value()).stream()).mapToDouble(Double::doubleValue).toArray());
        Job job = notebook.job("xor --scalar", "steps", steps);
        for (int step = 1; step <= steps; step++) {
            double loss = network.learn(RATE);
            if (isShown(step, steps)) {
                report(step, steps, loss, network.answers(), notebook);
            }
            job.advance(step);
        }
    }

    /** Weights that have learned nothing: different ones, or all hidden units would stay the same for ever. */
    private static List<Variable> weights(long seed) {
        List<Variable> weights = List.of(Variable.parameter("hidden.weight", Tensor.zeros(2, 4)), Variable.parameter("hidden.bias", Tensor.zeros(4)),
                Variable.parameter("out.weight", Tensor.zeros(4, 1)), Variable.parameter("out.bias", Tensor.zeros(1)));
        for (int i = 0; i < weights.size(); i++) {
            Initialization.normal(1).fill(weights.get(i).value(), RandomStream.at(seed, i));
        }
        return weights;
    }

    /** Often at first, when much happens, then at every tenth of the way. */
    private static boolean isShown(int step, int steps) {
        return step == 1 || step == 10 || step == 100 || step % Math.max(1, steps / 10) == 0 || step == steps;
    }

    private static void report(int step, int steps, double loss, List<Double> y, Notebook notebook) {
        int right = 0;
        for (int question = 0; question < 4; question++) {
            right += Math.round(y.get(question)) == ANSWERS[question] ? 1 : 0;
        }
        String text = String.format(Locale.ROOT, "%7d   %.4f     %5.3f     %5.3f     %5.3f     %5.3f", step, loss, y.get(0), y.get(1), y.get(2), y.get(3));
        if (step < steps) {
            notebook.report(text, "step", step, "loss", loss, "predictions", y);
        } else {
            notebook.report(text + "\n\n" + right + " of 4 right.", "steps", steps, "loss", loss, "predictions", y, "right", right, "learned", right == 4);
        }
    }

    private static Tensor tensor(double[][] rows) {
        Tensor tensor = Tensor.zeros(rows.length, rows[0].length);
        for (int r = 0; r < rows.length; r++) {
            for (int c = 0; c < rows[r].length; c++) {
                tensor.set(rows[r][c], r, c);
            }
        }
        return tensor;
    }

    /** All elements, in order. */
    private static List<Double> column(Tensor tensor) {
        List<Double> numbers = new ArrayList<>();
        for (int i = 0; i < tensor.size(); i++) {
            numbers.add(tensor.storage().getDouble(tensor.offset() + i));
        }
        return numbers;
    }
}
