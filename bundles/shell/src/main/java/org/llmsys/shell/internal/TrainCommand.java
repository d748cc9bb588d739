package org.llmsys.shell.internal;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.training.Checkpoint;
import org.llmsys.training.Presets;
import org.llmsys.training.Trainer;
import org.llmsys.training.Trainer.Report;
import org.llmsys.training.TrainingConfig;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Trains a model on a text. */
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
        Path file = Path.of(arguments.required("--text"));
        Path out = Path.of(arguments.required("--out"));
        boolean resume = arguments.has("--resume");
        TrainingConfig config = config(arguments, out, resume);
        String text = Texts.read(file, "--text");
        if (!resume && !arguments.has("--replace") && Checkpoint.find(out).isPresent()) {
            throw Problem.failed("there is a training run in " + out, "a new run would replace it",
                    "go on with it: --resume; replace it: --replace; or give another --out");
        }
        Job job = console.job("train", "steps", config.steps());
        Trainer.Result result;
        try {
            result = trainer.train(config, text, out, resume, job, report -> print(report, arguments.has("--json"), console), new Watcher(console));
        } catch (CancellationException stopped) {
            throw new CancellationException(stopped.getMessage() + "\nresume it: ./llmsys train --text " + file + " --out " + out + " --resume");
        }
        if (arguments.has("--json")) {
            console.json(Json.object("out", result.out().toString(), "steps", result.steps(), "valLoss", result.valLoss(), "seconds", result.seconds()));
        } else {
            console.out().println(String.format(Locale.ROOT, "%,d steps in %.1f s, validation loss %.4f, saved in %s", result.steps(), result.seconds(),
                    result.valLoss(), result.out()));
            console.err().println("try: ./llmsys generate --model " + result.out() + " --prompt \"" + Prompts.beginning(text) + "\"");
        }
        return 0;
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
            console.json(Json.object("step", r.step(), "trainLoss", r.trainLoss(), "valLoss", r.valLoss(), "learningRate", r.learningRate(), "gradNorm",
                    r.gradNorm(), "tokensPerSecond", r.tokensPerSecond(), "etaSeconds", r.etaSeconds(), "sample", r.sample()));
            return;
        }
        String validation = Double.isNaN(r.valLoss()) ? "" : String.format(Locale.ROOT, "  validation %.4f", r.valLoss());
        console.out().println(String.format(Locale.ROOT, "step %5d  loss %.4f%s  rate %.2e  %,.0f tokens/s  %.0f s left", r.step(), r.trainLoss(),
                validation, r.learningRate(), r.tokensPerSecond(), r.etaSeconds()));
        console.out().flush();
    }
}
