package org.llmsys.shell.internal;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.ModelStore;
import org.llmsys.inference.insight.LogitsComparison;
import org.llmsys.inference.insight.LogitsDifference;
import org.llmsys.inference.insight.LogitsSource;
import org.llmsys.inference.insight.LogitsSources;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Says whether two ways to compute a model give the same logits, and where they begin to differ. */
@Component(property = Command.NAME + "=compare-logits")
public final class CompareLogitsCommand implements Command {

    private final Assemblies assemblies;
    private final ModelStore store;
    private final Models models;

    @Activate
    public CompareLogitsCommand(@Reference Assemblies assemblies, @Reference ModelStore store, @Reference Models models) {
        this.assemblies = assemblies;
        this.store = store;
        this.models = models;
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        List<String> words = arguments.words("A", "B");
        double tolerance = arguments.number("--tolerance");
        if (arguments.has("--text") && arguments.has("--prompt")) {
            throw Problem.misused("--text and --prompt were both given", "both sides read one text", "leave one of them out");
        }
        Watcher watcher = new Watcher(console);
        watcher.experiments(assemblies.current());
        LoadedModel[] loaded = new LoadedModel[1];
        LogitsSources sources = new LogitsSources(assemblies, store);
        LogitsSource a = sources.of(words.get(0), () -> once(loaded, arguments));
        LogitsSource b = sources.of(words.get(1), () -> once(loaded, arguments));
        LogitsComparison comparison = new LogitsComparison(assemblies, watcher);
        LogitsDifference difference;
        if (a instanceof LogitsSource.OfFile left && b instanceof LogitsSource.OfFile right) {
            difference = comparison.compare(left, right, tolerance);
        } else {
            LoadedModel model = model(a, b);
            int[] ids = ids(model, arguments, console);
            int steps = (int) Math.min(arguments.whole("--steps"), model.model().config().contextLength() - 1L - ids.length);
            difference = comparison.compare(a, b, ids, Math.max(0, steps), tolerance, console.job("compare-logits", "steps", 0));
        }
        if (arguments.has("--json")) {
            console.json(json(difference));
        } else {
            print(difference, console);
        }
        return difference.same() ? 0 : Problem.FAILED;
    }

    private LoadedModel once(LoadedModel[] loaded, Arguments arguments) {
        if (loaded[0] == null) {
            loaded[0] = models.load(arguments);
        }
        return loaded[0];
    }

    /** Whose tokenizer reads the text: that of side A, or of B when A is a file. */
    private static LoadedModel model(LogitsSource a, LogitsSource b) {
        return switch (a) {
            case LogitsSource.OfNetwork network -> network.model();
            case LogitsSource.OfEngine engine -> engine.model();
            case LogitsSource.OfFile file -> model(b, a);
        };
    }

    /** The text's tokens; of a file that does not fit the context, its first ones. */
    private static int[] ids(LoadedModel model, Arguments arguments, Console console) throws IOException {
        if (!arguments.has("--text")) {
            return model.requireTokenizer().encode(arguments.required("--prompt"));
        }
        int[] ids = model.requireTokenizer().encode(TextArgument.file(arguments.required("--text"), console));
        int room = model.model().config().contextLength() - 1;
        if (ids.length > room) {
            console.err().println("the text has " + ids.length + " tokens; the first " + room + " fit the model's context and are read");
        }
        return Arrays.copyOf(ids, Math.min(ids.length, room));
    }

    private static void print(LogitsDifference d, Console console) {
        console.out().println(String.format(Locale.ROOT, "%d positions from %d on: largest difference %.3g%s, mean %.3g", d.positions(), d.from(),
                d.maxAbsDiff(), d.maxId() < 0 ? "" : " (position " + d.maxPosition() + ", token " + d.maxId() + ")", d.meanAbsDiff()));
        console.out().println(d.firstPosition() < 0 ? "every logit is the same, bit for bit"
                : "first position with another bit: " + d.firstPosition() + "; beyond the tolerance of " + d.tolerance() + ": "
                + (d.firstBeyond() < 0 ? "none" : d.firstBeyond()));
        console.out().println("the likeliest token is the same at " + d.agreeing() + " of " + d.positions() + " positions"
                + (d.firstDisagreeing() < 0 ? "" : ", and first another at " + d.firstDisagreeing()));
        if (d.hooksCompared() == 0) {
            console.out().println("a side cannot be looked into, so no place of the network was compared");
        } else {
            console.out().println("first place with another bit: " + shown(d.firstHook()) + "; beyond the tolerance: " + shown(d.firstHookBeyond()));
        }
    }

    private static String shown(LogitsDifference.Place place) {
        return place == null ? "none" : String.format(Locale.ROOT, "%s at position %d (%.3g)", place.hook(), place.position(), place.difference());
    }

    private static Map<String, Object> json(LogitsDifference d) {
        return Json.object("a", d.a(), "b", d.b(), "same", d.same(), "tolerance", d.tolerance(), "positions", d.positions(), "from", d.from(),
                "maxAbsDiff", d.maxAbsDiff(), "maxPosition", d.maxPosition(), "maxToken", d.maxId(), "meanAbsDiff", d.meanAbsDiff(),
                "firstPosition", d.firstPosition(), "firstBeyond", d.firstBeyond(), "agreeing", d.agreeing(), "firstDisagreeing",
                d.firstDisagreeing(),
                "hooksCompared", d.hooksCompared(), "firstHook", json(d.firstHook()), "firstHookBeyond", json(d.firstHookBeyond()), "ids", d.ids());
    }

    private static Map<String, Object> json(LogitsDifference.Place place) {
        return place == null ? null : Json.object("hook", place.hook(), "position", place.position(), "difference", place.difference());
    }
}
