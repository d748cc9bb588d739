package org.llmsys.examples.digits;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Job;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.examples.Example;
import org.llmsys.examples.ExampleOptions;
import org.llmsys.examples.Notebook;
import org.llmsys.layers.FreshWeights;
import org.llmsys.layers.Initialization;
import org.llmsys.training.LearningRule;
import org.llmsys.training.NetworkTrainer;
import org.llmsys.training.WeightsFile;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * What was learned for one task serves another. A network learns to see on the digits 0 to 4; then its features are frozen, and a new
 * head learns the digits 5 to 9 from only a few of them. A fresh network gets the same few, and the same number of steps.
 *
 * <pre>
 *   1. features and head learn 0 … 4
 *   2. features frozen, a new head learns 5 … 9 from 5 of each           w of the features: the same bits before and after
 *   3. fresh features and head learn 5 … 9 from the same                  the comparison
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1411.1792">Yosinski et al. 2014, How Transferable Are Features in Deep Neural Networks?</a>
 */
@Component
public final class Transfer implements Example {

    private static final int OF_EACH = 5;
    private static final int FEW_EPOCHS = 10;
    private static final double RATE = 2e-3;
    private static final double FEW_RATE = 1e-2;

    private final Assemblies assemblies;

    @Activate
    public Transfer(@Reference Assemblies assemblies) {
        this.assemblies = assemblies;
    }

    @Override
    public String name() {
        return "transfer";
    }

    @Override
    public String summary() {
        return "what was learned for one task serves another: 0 to 4, then 5 to 9";
    }

    @Override
    public Set<String> options() {
        return Set.of("images", "labels", "test-images", "test-labels", "out", "epochs", "seed");
    }

    @Override
    public void run(ExampleOptions options, Notebook notebook) {
        int epochs = options.count("epochs", 3);
        long seed = options.whole("seed", 1);
        DigitSplit data = DigitSplit.of(options);
        DigitSplit low = data.only(label -> label < 5);
        DigitSplit all = data.only(label -> label >= 5);
        DigitSplit high = new DigitSplit(all.learned().first(OF_EACH), all.tested());

        notebook.write(String.format(Locale.ROOT, "1. A convolutional network learns the digits 0 to 4 from %,d of them.", low.learned().count()));
        NamedWeights first = weights(data, new FreshWeights(seed));
        double lowAccuracy = learn(first, low, epochs, RATE, seed, "the digits 0 to 4", notebook);

        notebook.write(String.format(Locale.ROOT, "%n2. Its features are frozen; a new head learns the digits 5 to 9 from %d of them.",
                high.learned().count()));
        NamedWeights frozen = withNewHead(first, data).frozen(name -> name.startsWith("features."));
        Map<String, float[]> before = copies(frozen);
        double transferred = learn(frozen, high, FEW_EPOCHS, FEW_RATE, seed, "5 to 9, features frozen", notebook);
        boolean still = frozen.all().keySet().stream().filter(name -> name.startsWith("features."))
                .allMatch(name -> Arrays.equals(before.get(name), elements(frozen.all().get(name))));
        boolean moved = !Arrays.equals(before.get("head.weight"), elements(frozen.all().get("head.weight")));
        notebook.write("   The frozen weights " + (still ? "did not move, to the last bit" : "MOVED") + "; the head " + (moved ? "did." : "DID NOT."));

        notebook.write("\n3. A fresh network learns the digits 5 to 9 from the same ones, in as many steps.");
        NamedWeights fresh = weights(data, new FreshWeights(seed + 1));
        double scratch = learn(fresh, high, FEW_EPOCHS, FEW_RATE, seed, "5 to 9 from scratch", notebook);

        options.path("out").ifPresent(folder -> WeightsFile.save(folder.resolve("transfer.safetensors"), frozen.all()));
        notebook.report(String.format(Locale.ROOT, "%nWith features that learned other digits %.1f %% are right, from scratch %.1f %%.", 100 * transferred,
                100 * scratch), "lowAccuracy", lowAccuracy, "transferAccuracy", transferred, "scratchAccuracy", scratch, "frozenUnchanged", still,
                "headChanged", moved, "learned", high.learned().count(), "tested", high.tested().count());
    }

    /** Trains all weights that are not frozen; returns the accuracy on the digits kept for the test. */
    private double learn(NamedWeights weights, DigitSplit data, int epochs, double rate, long seed, String what, Notebook notebook) {
        Job job = notebook.job(what, "digits", (long) epochs * data.learned().count());
        try (NetworkTrainer<DigitNetwork> trainer = new NetworkTrainer<>(assemblies, "example transfer", weights.all().values(), blueprint(data, weights),
                LearningRule.of("adamw"), seed, notebook.listener())) {
            DigitLesson lesson = new DigitLesson(trainer, data.learned(), epochs, rate, seed);
            double accuracy = 0;
            for (int epoch = 1; epoch <= epochs; epoch++) {
                double loss = lesson.epoch(epoch, job);
                if (epoch % Math.max(1, epochs / 3) == 0 || epoch == epochs) {
                    accuracy = DigitLesson.accuracy(DigitLesson.answers(trainer, data.tested()), data.tested());
                    notebook.report(String.format(Locale.ROOT, "   epoch %2d   loss %.4f   accuracy %5.1f %%", epoch, loss, 100 * accuracy),
                            "part", what, "epoch", epoch, "loss", loss, "accuracy", accuracy);
                }
            }
            return accuracy;
        }
    }

    /** Weights that have learned nothing: the network is built once, and asks for them. */
    private NamedWeights weights(DigitSplit data, FreshWeights weights) {
        new Trial(assemblies).infer(needs -> DigitNetwork.cnn(data.learned().height(), data.learned().width(), weights, needs), (network, pass) -> { });
        return weights.named();
    }

    private static Blueprint<DigitNetwork> blueprint(DigitSplit data, NamedWeights weights) {
        return needs -> DigitNetwork.cnn(data.learned().height(), data.learned().width(), weights, needs);
    }

    /** The features of a network that has learned, with a head of zeros: it says "all alike" until it learns, and unlearns nothing. */
    private NamedWeights withNewHead(NamedWeights features, DigitSplit data) {
        NamedWeights fresh = weights(data, new FreshWeights(0).with("head.weight", Initialization.constant(0)));
        Map<String, Variable> all = new LinkedHashMap<>();
        fresh.all().forEach((name, weight) -> all.put(name, name.startsWith("head.") ? weight : features.all().get(name)));
        return NamedWeights.of(all.values().toArray(Variable[]::new));
    }

    private static Map<String, float[]> copies(NamedWeights weights) {
        Map<String, float[]> copies = new HashMap<>();
        weights.all().forEach((name, weight) -> copies.put(name, elements(weight)));
        return copies;
    }

    private static float[] elements(Variable weight) {
        return weight.value().copy().floats();
    }
}
