package org.llmsys.shell.internal;

import java.nio.file.Path;
import java.util.Locale;

import org.llmsys.inference.LoadedModel;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.training.Trainer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Measures how well a model foresees a text. */
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
        String text = Texts.read(Path.of(arguments.required("--text")), "--text");
        double share = arguments.number("--last");
        LoadedModel model = models.load(arguments);
        String part = text.substring((int) (text.length() * (1 - share)));
        Trainer.Evaluation result = trainer.evaluate(model, part, console.job("eval", "windows", 0));
        if (arguments.has("--json")) {
            console.json(Json.object("loss", result.loss(), "perplexity", result.perplexity(), "tokens", result.tokens()));
        } else {
            console.out().println(String.format(Locale.ROOT, "loss %.4f, perplexity %.3f over %,d tokens", result.loss(), result.perplexity(),
                    result.tokens()));
        }
        return 0;
    }
}
