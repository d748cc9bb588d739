package org.llmsys.shell.internal;

import java.nio.file.Path;
import java.util.Locale;

import org.llmsys.assembly.Problem;
import org.llmsys.inference.LoadedModel;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.training.Dataset;
import org.llmsys.training.Trainer;
import org.llmsys.training.data.PreparedData;
import org.llmsys.training.data.TokenSource;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Measures how well a model foresees a text, or prepared data. */
@Component(property = Command.NAME + "=eval")
public final class EvalCommand implements Command {

    private final Trainer trainer;
    private final Models models;

    @Activate
    public EvalCommand(@Reference Trainer trainer, @Reference Models models) {
        this.trainer = trainer;
        this.models = models;
    }

    @Override
    public int run(Arguments arguments, Console console) {
        arguments.words(new String[0]);
        if (arguments.has("--text") == arguments.has("--data")) {
            throw Problem.misused("eval needs one thing to foresee", arguments.has("--text") ? "--text and --data were both given"
                    : "neither --text nor --data was given",
                    "give --text FILE, or --data DIR that ./llmsys prepare wrote");
        }
        double share = arguments.number("--last");
        Trainer.Evaluation result = arguments.has("--text") ? ofText(arguments, share, console) : ofData(arguments, share, console);
        if (arguments.has("--json")) {
            console.json(Json.object("loss", result.loss(), "perplexity", result.perplexity(), "tokens", result.tokens()));
        } else {
            console.out().println(String.format(Locale.ROOT, "loss %.4f, perplexity %.3f over %,d tokens", result.loss(), result.perplexity(),
                    result.tokens()));
        }
        return 0;
    }

    private Trainer.Evaluation ofText(Arguments arguments, double share, Console console) {
        String text = Texts.read(Path.of(arguments.required("--text")), "--text");
        String part = text.substring((int) (text.length() * (1 - share)));
        return trainer.evaluate(models.load(arguments), part, console.job("eval", "windows", 0));
    }

    /** The part that was kept for validation, or when nothing was, the part to learn from. */
    private Trainer.Evaluation ofData(Arguments arguments, double share, Console console) {
        try (PreparedData data = PreparedData.open(Path.of(arguments.required("--data")))) {
            LoadedModel model = models.load(arguments);
            if (!Dataset.fingerprint(model.requireTokenizer().toJson()).equals(data.manifest().tokenizerSha256())) {
                throw Problem.failed("the model " + model.name() + " cannot foresee this data",
                        "its tokenizer is another one than the data was made with",
                        "give --text instead, or prepare the text with --model");
            }
            TokenSource ids = data.validation().size() > 0 ? data.validation() : data.training();
            return trainer.evaluate(model, ids.part((long) (ids.size() * (1 - share)), ids.size()), console.job("eval", "windows", 0));
        }
    }
}
