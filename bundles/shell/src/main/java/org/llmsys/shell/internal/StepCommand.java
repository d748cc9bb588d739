package org.llmsys.shell.internal;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.insight.ProbabilitiesOfText;
import org.llmsys.inference.insight.ProbabilityOfToken;
import org.llmsys.inference.insight.StepByStep;
import org.llmsys.inference.insight.StepChoice;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Writes token by token and says how each came about; or says of each token of a text how likely the model found it. */
@Component(property = Command.NAME + "=step")
public final class StepCommand implements Command {

    private final Assemblies assemblies;
    private final Models models;

    @Activate
    public StepCommand(@Reference Assemblies assemblies, @Reference Models models) {
        this.assemblies = assemblies;
        this.models = models;
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        arguments.words(new String[0]);
        if (arguments.has("--text") == arguments.has("--prompt")) {
            throw Problem.misused("step needs one thing to read", arguments.has("--text") ? "--text and --prompt were both given"
                    : "neither --prompt nor --text was given",
                    "give --prompt TEXT to write on from it, or --text FILE to look at each of its tokens");
        }
        Watcher watcher = new Watcher(console);
        watcher.experiments(assemblies.current());
        if (arguments.has("--text")) {
            probabilities(arguments, console, watcher);
        } else {
            write(arguments, console, watcher);
        }
        return 0;
    }

    // ---- writing ---------------------------------------------------------------------------------------------------------------

    private void write(Arguments arguments, Console console, Watcher watcher) throws IOException {
        boolean greedy = arguments.number("--temperature") == 0;
        FilterChoices choices = new FilterChoices(assemblies);
        List<FilterChoice> filters = greedy ? choices.named(arguments) : choices.of(arguments);
        String sampler = greedy ? "greedy" : arguments.text("--sampler").orElse(null);
        boolean asJson = arguments.has("--json");
        boolean interactive = !asJson && !arguments.has("--steps") && System.getProperty("llmsys.terminals", "").contains("0");
        int most = interactive ? Integer.MAX_VALUE : (int) arguments.whole("--steps");
        LoadedModel model = models.load(arguments);
        int[] promptIds = model.requireTokenizer().encode(arguments.required("--prompt"));
        int reach = Math.min(most, model.model().config().contextLength());              // the cache is made for so many
        GenerationOptions options = new GenerationOptions(interactive ? reach : most, sampler, filters, arguments.whole("--seed"), List.of())
        .sliding();
        StepReport report = new StepReport(console);
        try (StepByStep steps = new StepByStep(assemblies, model, promptIds, options, (int) arguments.whole("--top"), watcher)) {
            console.onCancel(steps::cancel);
            for (StepChoice choice = steps.next(); choice != null; choice = steps.next()) {
                if (asJson) {
                    console.json(StepReport.json(choice));
                } else {
                    report.print(choice);
                }
                console.heed();
                if (interactive && !goesOn(console)) {
                    return;
                }
            }
            console.err().println("ended by " + steps.stopReason());
        }
    }

    /** Waits for a line: an empty one asks for the next token. */
    private static boolean goesOn(Console console) throws IOException {
        console.err().print("Enter: the next token, q: the end ");
        console.err().flush();
        int first = console.in().read();
        for (int c = first; c >= 0 && c != '\n'; c = console.in().read()) {
            continue;                                            // the rest of the line
        }
        return first >= 0 && first != 'q';
    }

    // ---- a given text ----------------------------------------------------------------------------------------------------------

    private void probabilities(Arguments arguments, Console console, Watcher watcher) throws IOException {
        LoadedModel model = models.load(arguments);
        int[] ids = model.requireTokenizer().encode(TextArgument.file(arguments.required("--text"), console));
        List<ProbabilityOfToken> tokens = new ProbabilitiesOfText(assemblies, watcher).of(model, ids);
        double loss = ProbabilitiesOfText.loss(tokens);
        if (arguments.has("--json")) {
            console.json(Json.object("model", model.name(), "loss", loss, "perplexity", Math.exp(loss), "tokens", tokens.stream()
                    .map(token -> Json.object(
                    "position", token.position(), "id", token.id(), "token", token.token(), "probability", token.probability(),
                    "logProbability", token.logProbability(), "rank", token.foreseen() ? token.rank() : null,
                    "other", token.otherId() < 0 ? null : Json.object("id", token.otherId(), "token", token.other(), "probability",
                    token.otherProbability())))
                    .toList()));
            return;
        }
        Table table = new Table("position", "token", "id", "probability", "rank", "likeliest other", "its probability");
        for (ProbabilityOfToken token : tokens) {
            table.row(token.position(), TokenText.visible(token.token()), token.id(), token.foreseen() ? shown(token.probability()) : "-",
                    token.foreseen() ? token.rank() : "-", TokenText.visible(token.other()), token.otherId() < 0 ? "-"
                    : shown(token.otherProbability()));
        }
        console.out().print(table);
        console.out().println(String.format(Locale.ROOT, "loss %.4f, perplexity %.3f", loss, Math.exp(loss)));
    }

    private static String shown(double probability) {
        return String.format(Locale.ROOT, "%.4f", probability);
    }
}
