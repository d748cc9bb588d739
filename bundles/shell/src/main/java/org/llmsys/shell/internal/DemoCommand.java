package org.llmsys.shell.internal;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CancellationException;

import org.llmsys.assembly.Job;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.ModelStore;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.training.Presets;
import org.llmsys.training.Trainer;
import org.llmsys.training.Trainer.Report;
import org.llmsys.training.TrainingConfig;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The main job, start to end: a text, a tokenizer, a model that learns from it, a checkpoint, a text of its own. */
@Component(property = Command.NAME + "=demo")
public final class DemoCommand implements Command {

    private static final int TOKENS = 400;

    private final Trainer trainer;
    private final ModelStore store;
    private final InferenceEngine engine;

    @Activate
    public DemoCommand(@Reference Trainer trainer, @Reference ModelStore store,
            @Reference(target = "(llmsys.engine=serving)") InferenceEngine engine) {
        this.trainer = trainer;
        this.store = store;
        this.engine = engine;
    }

    @Override
    public int run(Arguments arguments, Console console) {
        arguments.words(new String[0]);
        Path file = arguments.path("--text").orElseGet(Models::corpus);
        Path out = arguments.path("--out").orElseGet(() -> Models.home().resolve("demo"));
        String text = Texts.read(file, "--text");
        TrainingConfig config = Presets.named(arguments.required("--preset"));
        config = arguments.has("--steps") ? config.withSteps(arguments.whole("--steps")) : config;
        config = arguments.has("--seed") ? config.withSeed(arguments.whole("--seed")) : config;
        config.requireValid();
        console.out().println(String.format(Locale.ROOT, "A model of %d layers and %d numbers a token learns to continue %s (%,d characters), in %,d steps.%n"
                + "It begins with noise; a loss of 4.6 means it guesses among 100 characters, 1.5 among 4 or 5.%n", config.model().numLayers(),
                config.model().embeddingDim(), file.getFileName(), text.length(), config.steps()));
        String prompt = Prompts.beginning(text);
        Trainer.Result result = train(config, text, file, out, console);
        console.out().println(String.format(Locale.ROOT, "%nTrained %,d steps in %.0f s; validation loss %.3f. Saved in %s.%n%nWhat it writes after \"%s\":%n",
                result.steps(), result.seconds(), result.valLoss(), result.out(), prompt));
        write(store.load(result.out()), prompt, console);
        console.out().println("\n\nTry next:");
        console.out().println("  ./llmsys generate --model " + result.out() + " --prompt \"" + prompt + "\" --temperature 0.5 --seed 7");
        console.out().println("  ./llmsys use matmul tiled            another matrix multiplication, the same text");
        console.out().println("  ./llmsys compare matmul naive vector --model " + result.out() + " --prompt \"" + prompt + "\"");
        console.out().println("  ./llmsys train --text YOUR.txt --out my-model --preset char-small");
        return 0;
    }

    private Trainer.Result train(TrainingConfig config, String text, Path file, Path out, Console console) {
        Job job = console.job("demo", "steps", config.steps());
        try {
            return trainer.train(config, text, out, false, job, report -> print(report, console), new Watcher(console));
        } catch (CancellationException stopped) {
            throw new CancellationException(stopped.getMessage() + "\nresume it: ./llmsys train --text " + file + " --out " + out + " --resume");
        }
    }

    private static void print(Report report, Console console) {
        TrainCommand.print(report, false, console);
        if (report.sample() != null && !report.sample().isEmpty()) {
            String sample = report.sample().replace("\r", "").replace('\n', ' ');
            console.out().println("            writes: " + console.shown(sample.substring(0, Math.min(100, sample.length()))));
            console.out().flush();
        }
    }

    private void write(LoadedModel model, String prompt, Console console) {
        GenerationOptions options = new GenerationOptions(TOKENS, null, new DefaultFilters().list(), DefaultFilters.SEED, java.util.List.of()).sliding();
        console.out().print(prompt);
        try (GenerationSession session = engine.open(model, model.requireTokenizer().encode(prompt), options, new Watcher(console))) {
            console.onCancel(session::cancel);
            for (GeneratedToken token = session.next(); token != null; token = session.next()) {
                console.out().print(console.shown(token.text()));
                console.out().flush();
            }
        }
    }
}
