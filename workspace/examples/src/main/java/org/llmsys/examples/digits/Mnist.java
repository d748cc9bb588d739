package org.llmsys.examples.digits;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Job;
import org.llmsys.autograd.Trial;
import org.llmsys.examples.Example;
import org.llmsys.examples.ExampleOptions;
import org.llmsys.examples.Notebook;
import org.llmsys.layers.FreshWeights;
import org.llmsys.training.LearningRule;
import org.llmsys.training.NetworkTrainer;
import org.llmsys.training.WeightsFile;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Handwritten digits: which of ten is it? A plain network, or with {@code --cnn} one that looks at small patches first, as
 * {@link DigitNetwork} draws them.
 *
 * <pre>
 *   repeat:  a batch of 32 digits, each moved by up to one point
 *            loss = cross-entropy of logits and labels;   every weight a step of AdamW down its slope
 * </pre>
 *
 * @see <a href="https://doi.org/10.1109/5.726791">LeCun et al. 1998, Gradient-Based Learning Applied to Document Recognition</a>
 */
@Component
public final class Mnist implements Example {

    private static final double PLAIN_RATE = 2e-3;
    private static final double CNN_RATE = 3e-3;

    private final Assemblies assemblies;

    @Activate
    public Mnist(@Reference Assemblies assemblies) {
        this.assemblies = assemblies;
    }

    @Override
    public String name() {
        return "mnist";
    }

    @Override
    public String summary() {
        return "handwritten digits, by a plain or a convolutional network";
    }

    @Override
    public Set<String> options() {
        return Set.of("images", "labels", "test-images", "test-labels", "cnn", "png", "out", "epochs", "seed");
    }

    @Override
    public void run(ExampleOptions options, Notebook notebook) throws IOException {
        boolean cnn = options.has("cnn");
        int epochs = options.count("epochs", cnn ? 8 : 12);
        long seed = options.whole("seed", 1);
        DigitSplit data = DigitSplit.of(options);
        Digits learned = data.learned();
        Digits tested = data.tested();
        notebook.write(String.format(Locale.ROOT, "A %s network learns %,d digits of %d x %d points, %d times over; %,d others are kept for the test.%n"
                + "A loss of %.2f is guessing among ten.%n", cnn ? "convolutional" : "plain", learned.count(), learned.height(), learned.width(),
                epochs, tested.count(), Math.log(Digits.CLASSES)));

        FreshWeights weights = new FreshWeights(seed);
        Blueprint<DigitNetwork> blueprint = needs -> cnn ? DigitNetwork.cnn(learned.height(), learned.width(), weights, needs)
                : DigitNetwork.mlp(learned.height(), learned.width(), weights, needs);
        new Trial(assemblies).infer(blueprint, (network, pass) -> { });                // built once, it has asked for its weights
        Job job = notebook.job(name(), "digits", (long) epochs * learned.count());
        long start = System.nanoTime();
        try (NetworkTrainer<DigitNetwork> trainer = new NetworkTrainer<>(assemblies, "example mnist", weights.all().values(), blueprint,
                LearningRule.of("adamw").withWeightDecay(0.01), seed, notebook.listener())) {
            DigitLesson lesson = new DigitLesson(trainer, learned, epochs, cnn ? CNN_RATE : PLAIN_RATE, seed);
            int[] answers = new int[0];
            for (int epoch = 1; epoch <= epochs; epoch++) {
                double rate = lesson.rate();
                double loss = lesson.epoch(epoch, job);
                answers = DigitLesson.answers(trainer, tested);
                double accuracy = DigitLesson.accuracy(answers, tested);
                double speed = job.progress().rate();
                double eta = job.progress().etaSeconds();
                notebook.report(String.format(Locale.ROOT, "epoch %2d of %d   loss %.4f   accuracy %5.1f %%   rate %.1e   %,6.0f digits/s   %.0f s left",
                        epoch, epochs, loss, 100 * accuracy, rate, speed, eta),
                        "epoch", epoch, "loss", loss, "accuracy", accuracy, "learningRate", rate, "digitsPerSecond", speed, "etaSeconds", eta);
            }
            Confusion confusion = Confusion.of(answers, tested.labels());
            notebook.write("\n" + confusion.text());
            Optional<Path> png = options.path("png");
            if (png.isPresent()) {
                MistakeSheet.of(answers, tested).save(png.get());
                notebook.write("The mistaken digits are in " + png.get() + ": green what each is, red what it was taken for.");
            }
            options.path("out").ifPresent(folder -> WeightsFile.save(folder.resolve("digits.safetensors"), weights.all()));
            double accuracy = DigitLesson.accuracy(answers, tested);
            double seconds = (System.nanoTime() - start) / 1e9;
            notebook.report(String.format(Locale.ROOT, "%n%.1f %% of %,d digits it never saw are right; learned in %.0f s.", 100 * accuracy,
                    tested.count(), seconds), "network", cnn ? "cnn" : "mlp", "epochs", epochs, "learned", learned.count(), "tested", tested.count(), "accuracy", accuracy,
                    "confusion", confusion.rows(), "png", png.map(Path::toString).orElse(null), "seconds", seconds);
        }
    }
}
