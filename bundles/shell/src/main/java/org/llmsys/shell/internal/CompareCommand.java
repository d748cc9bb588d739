package org.llmsys.shell.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

import org.llmsys.assembly.Problem;
import org.llmsys.inference.Comparison;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.ModelStore;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code compare SLOT A B}: two implementations on the same steps. */
@Component(property = Command.NAME + "=compare")
public final class CompareCommand implements Command {

    private final ModelStore models;
    private final Comparison comparison;

    @Activate
    public CompareCommand(@Reference ModelStore models, @Reference Comparison comparison) {
        this.models = models;
        this.comparison = comparison;
    }

    @Override
    public int run(Arguments arguments, Console console) {
        List<String> words = arguments.words("SLOT", "A", "B");
        Path path = arguments.path("--model").orElseThrow();
        LoadedModel model = models.load(path);
        if (model.tokenizer() == null) {
            throw Problem.failed("cannot read a prompt with " + path, "the model has no tokenizer that is known here", "give a model with a tokenizer.json");
        }
        int[] prompt = model.tokenizer().encode(arguments.required("--prompt"));
        if (prompt.length == 0) {
            throw Problem.misused("the prompt is empty", "both sides continue it, so it needs at least one token", "give --prompt TEXT");
        }
        Comparison.Result r = comparison.compare(model, prompt, (int) arguments.whole("--max-tokens"), words.get(0), words.get(1), words.get(2),
                console.job("compare", "steps", 0));
        if (arguments.has("--json")) {
            console.json(Json.object("slot", r.slot(), "a", r.a(), "b", r.b(), "maxAbsDiff", r.maxAbsDiff(), "meanAbsDiff", r.meanAbsDiff(),
                    "firstDifferingToken", r.firstDifferingToken(), "millisA", r.millisA(), "millisB", r.millisB(), "steps", r.steps()));
        } else {
            print(r, console);
        }
        return 0;
    }

    private static void print(Comparison.Result r, Console console) {
        Table table = new Table(r.slot(), "ms for " + r.steps() + " steps");
        table.row(r.a(), String.format(Locale.ROOT, "%.1f", r.millisA()));
        table.row(r.b(), String.format(Locale.ROOT, "%.1f", r.millisB()));
        console.out().print(table);
        console.out().printf(Locale.ROOT, "logits differ by at most %.3g, on average by %.3g%n", r.maxAbsDiff(), r.meanAbsDiff());
        console.out().println(r.firstDifferingToken() < 0 ? "both write the same tokens"
                : "token " + r.firstDifferingToken() + " is the first at which they would go on differently");
    }
}
