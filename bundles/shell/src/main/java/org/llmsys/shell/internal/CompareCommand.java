package org.llmsys.shell.internal;

import java.util.List;
import java.util.Locale;

import org.llmsys.inference.Comparison;
import org.llmsys.inference.LoadedModel;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Runs two implementations of one slot on the same real steps. */
@Component(property = Command.NAME + "=compare")
public final class CompareCommand implements Command {

    private final Comparison comparison;
    private final Models models;

    @Activate
    public CompareCommand(@Reference Comparison comparison, @Reference Models models) {
        this.comparison = comparison;
        this.models = models;
    }

    @Override
    public int run(Arguments arguments, Console console) {
        List<String> words = arguments.words("SLOT", "A", "B");
        LoadedModel model = models.load(arguments);
        int[] prompt = model.requireTokenizer().encode(arguments.required("--prompt"));
        Comparison.Result r = comparison.compare(model, prompt, (int) arguments.whole("--max-tokens"), words.get(0), words.get(1), words.get(2),
                console.job("compare", "steps", 0));
        if (arguments.has("--json")) {
            console.json(Json.object("slot", r.slot(), "a", r.a(), "b", r.b(), "maxAbsDiff", r.maxAbsDiff(), "meanAbsDiff", r.meanAbsDiff(),
                    "firstDifferingToken", r.firstDifferingToken(), "millisA", r.millisA(), "millisB", r.millisB(), "steps", r.steps()));
            return 0;
        }
        Table table = new Table(r.slot(), r.a(), r.b());
        table.row("milliseconds", String.format(Locale.ROOT, "%.2f", r.millisA()), String.format(Locale.ROOT, "%.2f", r.millisB()));
        console.out().print(table);
        console.out().println(String.format(Locale.ROOT, "logits over %d steps: largest difference %.3g, mean %.3g", r.steps(), r.maxAbsDiff(),
                r.meanAbsDiff()));
        console.out().println(r.firstDifferingToken() < 0 ? "both would write the same tokens"
                : "the first token they disagree on is number " + (r.firstDifferingToken() + 1));
        return 0;
    }
}
