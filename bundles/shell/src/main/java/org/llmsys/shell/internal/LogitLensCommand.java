package org.llmsys.shell.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.insight.LogitLens;
import org.llmsys.inference.insight.LogitLens.Foreseen;
import org.llmsys.inference.insight.LogitLens.Guess;
import org.llmsys.inference.insight.LogitLens.Reading;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.llmsys.shell.internal.picture.ColourScale;
import org.llmsys.shell.internal.picture.MatrixFigure;
import org.llmsys.shell.internal.picture.PictureFile;
import org.llmsys.shell.internal.picture.Shades;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Shows what each layer of a model would write next. */
@Component(property = Command.NAME + "=logit-lens")
public final class LogitLensCommand implements Command {

    private static final String PROBABILITY = "probability";
    private static final String ENTROPY = "entropy";
    private static final List<String> COLOURS = List.of(PROBABILITY, ENTROPY);
    /** Letters of a line that most terminals have. */
    private static final int WIDTH = 100;

    private final Assemblies assemblies;
    private final Models models;

    @Activate
    public LogitLensCommand(@Reference Assemblies assemblies, @Reference Models models) {
        this.assemblies = assemblies;
        this.models = models;
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        arguments.words(new String[0]);
        String colour = colour(arguments.required("--colour"));
        Watcher watcher = new Watcher(console);
        PromptTokens prompt = PromptTokens.of(models.load(arguments), arguments.required("--prompt"));
        watcher.experiments(assemblies.current());
        List<Reading> readings = new LogitLens(assemblies).read(prompt.model().model(), prompt.ids(), (int) arguments.whole("--top"), watcher);
        Optional<Path> file = arguments.path("--png");
        if (file.isPresent()) {
            PictureFile.write(figure(readings, prompt, colour).draw(), file.get());
            console.err().println("wrote " + file.get());
        }
        if (arguments.has("--json")) {
            console.json(json(readings, prompt));
        } else if (file.isEmpty()) {
            print(readings, prompt, console);
        }
        return 0;
    }

    private static String colour(String name) {
        if (!COLOURS.contains(name)) {
            throw Problem.misused("--colour cannot be " + name, "a cell is coloured by probability or by entropy", Names.suggestion(name, COLOURS));
        }
        return name;
    }

    /** How people call the i-th reading. */
    private static String layer(int i) {
        return i == 0 ? "embedding" : "block " + (i - 1);
    }

    // ---- as a picture ----------------------------------------------------------------------------------------------------------

    private static MatrixFigure figure(List<Reading> readings, PromptTokens prompt, String colour) {
        int length = prompt.ids().length;
        double[][] values = new double[readings.size()][length];
        String[][] texts = new String[readings.size()][length];
        boolean[][] framed = new boolean[readings.size()][length];
        for (int i = 0; i < readings.size(); i++) {
            for (int t = 0; t < length; t++) {
                Foreseen foreseen = readings.get(i).positions().get(t);
                values[i][t] = colour.equals(ENTROPY) ? foreseen.entropy() : foreseen.top().getFirst().probability();
                texts[i][t] = prompt.labels().of(foreseen.top().getFirst().id());
                framed[i][t] = foreseen.top().getFirst().id() == readings.getLast().positions().get(t).top().getFirst().id();
            }
        }
        ColourScale scale = colour.equals(ENTROPY) ? ColourScale.upTo("entropy in bits: white is sure", values)
                : new ColourScale("probability of the token in the cell", 1, false);
        return new MatrixFigure("What each layer would write next", List.of(prompt.model().name()
                + ": the likeliest next token behind each token, layer by layer",
                "framed: what the model says in the end"), List.of(new MatrixFigure.Panel("", values, texts, framed)), 1, "layer",
                IntStream.range(0, readings.size()).mapToObj(LogitLensCommand::layer).toList(), "behind this token", prompt.shown(), scale);
    }

    // ---- as JSON ---------------------------------------------------------------------------------------------------------------

    private static Map<String, Object> json(List<Reading> readings, PromptTokens prompt) {
        return Json.object("model", prompt.model().name(), "ids", prompt.ids(), "tokens", prompt.texts(),
                "layers", IntStream.range(0, readings.size()).mapToObj(i -> Json.object("layer", layer(i), "place", readings.get(i).place(),
                        "positions", readings.get(i).positions().stream().map(foreseen -> json(foreseen, prompt)).toList())).toList());
    }

    private static Map<String, Object> json(Foreseen foreseen, PromptTokens prompt) {
        return Json.object("entropy", foreseen.entropy(), "top", foreseen.top().stream().map(guess -> Json.object("id", guess.id(),
                "token", prompt.labels().text(guess.id()), "probability", guess.probability())).toList());
    }

    // ---- as text ---------------------------------------------------------------------------------------------------------------

    private static void print(List<Reading> readings, PromptTokens prompt, Console console) {
        List<String> tokens = prompt.shown();
        Table table = new Table("layer", "entropy", "likeliest behind " + tokens.getLast());
        for (int i = 0; i < readings.size(); i++) {
            Foreseen foreseen = readings.get(i).positions().getLast();
            table.row(layer(i), String.format(Locale.ROOT, "%.2f", foreseen.entropy()), foreseen.top().stream().map(guess -> shown(guess, prompt))
                    .collect(Collectors.joining("   ")));
        }
        console.out().print(table);
        console.out().println();
        printAll(readings, prompt, tokens, console);
    }

    private static String shown(Guess guess, PromptTokens prompt) {
        return prompt.labels().of(guess.id()) + String.format(Locale.ROOT, " %.3f", guess.probability());
    }

    /** The likeliest token of each layer behind each token, as many of the last as a line holds. */
    private static void printAll(List<Reading> readings, PromptTokens prompt, List<String> tokens, Console console) {
        int width = Math.max(tokens.stream().mapToInt(String::length).max().orElse(1),
                readings.stream().flatMap(reading -> reading.positions().stream())
                .mapToInt(foreseen -> prompt.labels().of(foreseen.top().getFirst().id()).length()).max().orElse(1));
        int from = Math.max(0, tokens.size() - (WIDTH - 10) / (width + 2));
        console.out().println((from == 0 ? "behind every token" : "behind the last " + (tokens.size() - from) + " of " + tokens.size() + " tokens")
                + ": the likeliest next one, and how likely: " + Shades.legend());
        StringBuilder head = new StringBuilder(" ".repeat(10));
        tokens.subList(from, tokens.size()).forEach(token -> head.append(padded(token, width + 2)));
        console.out().println(head.toString().stripTrailing());
        for (int i = 0; i < readings.size(); i++) {
            StringBuilder line = new StringBuilder(padded(layer(i), 10));
            for (Foreseen foreseen : readings.get(i).positions().subList(from, tokens.size())) {
                Guess guess = foreseen.top().getFirst();
                line.append(padded(prompt.labels().of(guess.id()) + Shades.of(guess.probability()), width + 2));
            }
            console.out().println(line.toString().stripTrailing());
        }
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
