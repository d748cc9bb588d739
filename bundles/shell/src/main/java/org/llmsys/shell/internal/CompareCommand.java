package org.llmsys.shell.internal;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

import org.llmsys.assembly.Problem;
import org.llmsys.inference.Comparison;
import org.llmsys.inference.LoadedModel;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Runs two implementations of one slot on the same real steps; two tokenizers on the same text. */
@Component(property = Command.NAME + "=compare")
public final class CompareCommand implements Command {

    private static final String TOKENIZER = "tokenizer";

    private final Comparison comparison;
    private final Models models;
    private final Tokenizers tokenizers;

    @Activate
    public CompareCommand(@Reference Comparison comparison, @Reference Models models, @Reference Tokenizers tokenizers) {
        this.comparison = comparison;
        this.models = models;
        this.tokenizers = tokenizers;
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        if (!arguments.words().isEmpty() && arguments.words().getFirst().equals(TOKENIZER)) {
            return tokenizers(arguments, console);
        }
        List<String> words = arguments.words("SLOT", "A", "B");
        if (arguments.has("--text") || arguments.has("--vocab-size") || arguments.has("--limit")) {
            throw Problem.misused("--text, --vocab-size and --limit are for tokenizers",
                    "slot " + words.getFirst() + " is compared on steps of a model", "give --prompt TEXT, or compare tokenizer A B");
        }
        return steps(words, arguments, console);
    }

    private int tokenizers(Arguments arguments, Console console) throws IOException {
        boolean typed = arguments.words().size() == 4;
        List<String> words = typed ? arguments.words("SLOT", "A", "B", "TEXT") : arguments.words("SLOT", "A", "B");
        if (arguments.has("--prompt") || arguments.has("--model") || arguments.has("--max-tokens")) {
            throw Problem.misused("--prompt, --model and --max-tokens are for slots that compute steps of a model",
                    "tokenizers are compared on a text", "give the text itself, or --text FILE; a side may be a model's folder");
        }
        if (typed && arguments.has("--text")) {
            throw Problem.misused("a text and --text were both given", "both sides read one text", "leave one of them out");
        }
        String text = typed ? TextArgument.word(words.getLast(), console)
                : TextArgument.file(arguments.text("--text").orElseGet(() -> Models.corpus().toString()), console);
        new TokenizerComparison(tokenizers, console).run(words.get(1), words.get(2), text,
                new TrainingSettings((int) arguments.whole("--vocab-size"), 1), (int) arguments.whole("--limit"), arguments.has("--json"));
        return 0;
    }

    private int steps(List<String> words, Arguments arguments, Console console) {
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
