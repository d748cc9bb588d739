package org.llmsys.shell.internal;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.training.Checkpoint;
import org.llmsys.training.Presets;
import org.llmsys.training.Trainer;
import org.llmsys.training.Trainer.Report;
import org.llmsys.training.TrainingConfig;
import org.llmsys.training.data.PreparedData;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Trains a model on a text, or on prepared data. */
@Component(property = Command.NAME + "=train")
public final class TrainCommand implements Command {

    private final Trainer trainer;

    @Activate
    public TrainCommand(@Reference Trainer trainer) {
        this.trainer = trainer;
    }

    @Override
    public int run(Arguments arguments, Console console) {
        arguments.words(new String[0]);
        if (arguments.has("--text") == arguments.has("--data")) {
            throw Problem.misused("train needs one thing to learn from", arguments.has("--text") ? "--text and --data were both given"
                    : "neither --text nor --data was given",
                    "give --text FILE, or --data DIR that ./llmsys prepare wrote");
        }
        Path out = Path.of(arguments.required("--out"));
        boolean resume = arguments.has("--resume");
        TrainingConfig config = config(arguments, out, resume);
        if (!resume && !arguments.has("--replace") && Checkpoint.find(out).isPresent()) {
            throw Problem.failed("there is a training run in " + out, "a new run would replace it",
                    "go on with it: --resume; replace it: --replace; or give another --out");
        }
        Source source = arguments.has("--text") ? new OfText(arguments.required("--text")) : new OfData(arguments.required("--data"),
                arguments.has("--tokenizer"));
        Job job = console.job("train", "steps", config.steps());
        Trainer.Result result;
        try {
            result = source.train(trainer, config, out, resume, job, report -> print(report, arguments.has("--json"), console), new Watcher(console));
        } catch (CancellationException stopped) {
            throw new CancellationException(stopped.getMessage() + "\nresume it: ./llmsys train " + source.typed() + " --out " + out + " --resume");
        }
        if (arguments.has("--json")) {
            console.json(Json.object("out", result.out().toString(), "steps", result.steps(), "valLoss", result.valLoss(), "seconds",
                    result.seconds()));
        } else {
            console.out().println(String.format(Locale.ROOT, "%,d steps in %.1f s, validation loss %.4f, saved in %s", result.steps(),
                    result.seconds(),
                    result.valLoss(), result.out()));
            console.err().println("try: ./llmsys generate --model " + result.out() + " --prompt \"" + source.prompt(result) + "\"");
        }
        return 0;
    }

    /** What is learned from. */
    private sealed interface Source {

        /** The options that name it. */
        String typed();

        Trainer.Result train(Trainer trainer, TrainingConfig config, Path out, boolean resume, Job job, Consumer<Report> reports,
                StepListener listener);

        /** A beginning that the model can continue. */
        String prompt(Trainer.Result result);
    }

    /** A text, read whole. */
    private record OfText(String file, String text) implements Source {

        OfText(String file) {
            this(file, Texts.read(Path.of(file), "--text"));
        }

        @Override
        public String typed() {
            return "--text " + file;
        }

        @Override
        public Trainer.Result train(Trainer trainer, TrainingConfig config, Path out, boolean resume, Job job, Consumer<Report> reports,
                StepListener listener) {
            return trainer.train(config, text, out, resume, job, reports, listener);
        }

        @Override
        public String prompt(Trainer.Result result) {
            return Prompts.beginning(text);
        }
    }

    /** What prepare wrote. */
    private record OfData(String folder) implements Source {

        private static final int PROMPT_IDS = 100;

        OfData(String folder, boolean otherTokenizer) {
            this(folder);
            if (otherTokenizer) {
                throw Problem.misused("--data and --tokenizer were both given", "prepared data has its tokenizer beside it", "leave --tokenizer out");
            }
        }

        @Override
        public String typed() {
            return "--data " + folder;
        }

        @Override
        public Trainer.Result train(Trainer trainer, TrainingConfig config, Path out, boolean resume, Job job, Consumer<Report> reports,
                StepListener listener) {
            try (PreparedData data = PreparedData.open(Path.of(folder))) {
                return trainer.train(config, data, out, resume, job, reports, listener);
            }
        }

        @Override
        public String prompt(Trainer.Result result) {
            try (PreparedData data = PreparedData.open(Path.of(folder))) {
                int[] first = data.training().ids(0, Math.min(PROMPT_IDS, data.training().size()));
                return Prompts.beginning(result.model().requireTokenizer().decode(first));
            }
        }
    }

    /** A resumed run goes on with the configuration it was begun with, except for what is typed now. */
    private static TrainingConfig config(Arguments arguments, Path out, boolean resume) {
        Optional<Path> file = arguments.path("--config");
        if (file.isPresent() && arguments.has("--preset")) {
            throw Problem.misused("--config and --preset were both given", "a configuration file names its preset itself", "leave one of them out");
        }
        TrainingConfig config;
        if (file.isPresent()) {
            config = TrainingConfig.fromJson(Texts.read(file.get(), "--config"), file.get().toString());
        } else if (arguments.has("--preset") || !resume) {
            config = Presets.named(arguments.required("--preset"));
        } else {
            config = Checkpoint.find(out).orElseThrow(() -> Problem.failed("cannot resume from " + out, "it holds no checkpoint of a training run",
                    "leave --resume out to begin a run, or give the folder of one")).config();
        }
        config = arguments.has("--steps") ? config.withSteps(arguments.whole("--steps")) : config;
        config = arguments.has("--seed") ? config.withSeed(arguments.whole("--seed")) : config;
        config = arguments.has("--tokenizer") ? config.withTokenizer(arguments.required("--tokenizer")) : config;
        return config.requireValid();
    }

    static void print(Report r, boolean asJson, Console console) {
        if (asJson) {
            console.json(Json.object("step", r.step(), "trainLoss", r.trainLoss(), "valLoss", r.valLoss(), "learningRate", r.learningRate(),
                    "gradNorm",
                    r.gradNorm(), "tokensPerSecond", r.tokensPerSecond(), "etaSeconds", r.etaSeconds(), "sample", r.sample()));
            return;
        }
        String validation = Double.isNaN(r.valLoss()) ? "" : String.format(Locale.ROOT, "  validation %.4f", r.valLoss());
        console.out().println(String.format(Locale.ROOT, "step %5d  loss %.4f%s  rate %.2e  %,.0f tokens/s  %.0f s left", r.step(), r.trainLoss(),
                validation, r.learningRate(), r.tokensPerSecond(), r.etaSeconds()));
        console.out().flush();
    }
}
