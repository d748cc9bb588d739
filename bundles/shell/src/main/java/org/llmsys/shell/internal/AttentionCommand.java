package org.llmsys.shell.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.insight.AttentionHead;
import org.llmsys.inference.insight.AttentionPatterns;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.llmsys.shell.internal.picture.AttentionFigure;
import org.llmsys.shell.internal.picture.Film;
import org.llmsys.shell.internal.picture.PictureFile;
import org.llmsys.shell.internal.picture.Shades;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Shows who looks at whom, on a text or while the model writes one. */
@Component(property = Command.NAME + "=attention")
public final class AttentionCommand implements Command {

    /** Tokens that a line of a terminal holds, two letters each. */
    private static final int MOST_SHOWN = 48;
    private static final String REFERENCE = "reference";

    private final Assemblies assemblies;
    private final InferenceEngine engine;
    private final Models models;

    @Activate
    public AttentionCommand(@Reference Assemblies assemblies, @Reference InferenceEngine engine, @Reference Models models) {
        this.assemblies = assemblies;
        this.engine = engine;
        this.models = models;
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        arguments.words(new String[0]);
        Optional<Path> film = arguments.path("--animate");
        film.ifPresent(Film::isGif);                                             // a name that cannot be is refused before anything is computed
        if (film.isEmpty() && arguments.has("--max-tokens")) {
            throw Problem.misused("--max-tokens was given without --animate", "without a film nothing is written",
                    "add --animate film.gif, or leave --max-tokens out");
        }
        Watcher watcher = new Watcher(console);
        PromptTokens prompt = PromptTokens.of(models.load(arguments), arguments.required("--prompt"));
        watcher.experiments(assemblies.current());
        PromptTokens text = film.isEmpty() ? prompt : continued(prompt, (int) arguments.whole("--max-tokens"), watcher, console);
        AttentionPatterns patterns = new AttentionPatterns.Reader(assemblies).read(text.model().model(), text.ids(), number(arguments, "--layer"),
                number(arguments, "--head"), watcher);
        if (!patterns.kernel().equals(REFERENCE)) {
            console.err().println("the attention " + patterns.kernel()
                    + " keeps no pattern: it was computed again from its queries and keys, as the reference does");
        }
        AttentionFigure figure = new AttentionFigure(text.model().name(), patterns.heads(), text.shown());
        Optional<Path> file = arguments.path("--png");
        if (film.isPresent()) {
            figure.film(prompt.ids().length).write(film.get());
            console.err().println("wrote " + film.get());
        }
        if (file.isPresent()) {
            PictureFile.write(figure.whole().draw(), file.get());
            console.err().println("wrote " + file.get());
        }
        if (arguments.has("--json")) {
            console.json(json(patterns, text, prompt.ids().length));
        } else if (film.isEmpty() && file.isEmpty()) {
            print(patterns.heads(), text.shown(), console);
        }
        return 0;
    }

    private static List<Integer> number(Arguments arguments, String option) {
        return arguments.text(option).map(text -> List.of(Integer.parseInt(text.strip()))).orElse(List.of());
    }

    /** The prompt and what the model writes behind it, each time the likeliest token. */
    private PromptTokens continued(PromptTokens prompt, int tokens, Watcher watcher, Console console) {
        List<Integer> written = new ArrayList<>();
        try (GenerationSession session = engine.open(prompt.model(), prompt.ids(), GenerationOptions.greedy(tokens), watcher)) {
            console.onCancel(session::cancel);
            for (GeneratedToken token = session.next(); token != null; token = session.next()) {
                written.add(token.id());
            }
        }
        int[] ids = Arrays.copyOf(prompt.ids(), Math.min(prompt.ids().length + written.size(), prompt.model().model().config().contextLength()));
        for (int t = prompt.ids().length; t < ids.length; t++) {
            ids[t] = written.get(t - prompt.ids().length);
        }
        return new PromptTokens(prompt.model(), ids, prompt.labels());
    }

    private static Map<String, Object> json(AttentionPatterns patterns, PromptTokens text, int promptTokens) {
        return Json.object("model", text.model().name(), "ids", text.ids(), "tokens", text.texts(), "promptTokens", promptTokens,
                "kernel", patterns.kernel(), "computedBy", REFERENCE,
                "heads", patterns.heads().stream().map(head -> Json.object("layer", head.layer(), "head", head.head(), "entropy", head.entropy(),
                        "onPrevious", head.onPrevious(), "onFirst", head.onFirst(), "onItself", head.onItself(),
                        "pattern", Arrays.stream(head.weights()).map(row -> Arrays.stream(row).boxed().toList()).toList())).toList());
    }

    /** One head as a table of shades, several by their habits. */
    private static void print(List<AttentionHead> heads, List<String> tokens, Console console) {
        if (heads.size() == 1) {
            printPattern(heads.getFirst(), tokens, console);
            return;
        }
        Table table = new Table("layer", "head", "entropy", "on previous", "on first", "on itself", "last token looks at");
        for (AttentionHead head : heads) {
            int key = head.strongest(head.length() - 1);
            table.row(head.layer(), head.head(), decimal(head.entropy()), decimal(head.onPrevious()), decimal(head.onFirst()),
                    decimal(head.onItself()),
                    tokens.get(key) + " at " + key + ": " + decimal(head.weights()[head.length() - 1][key]));
        }
        console.out().print(table);
        console.out().println("means over " + tokens.size()
                + " tokens, entropy in bits; --layer N --head N shows one pattern, --png FILE draws them all");
    }

    private static void printPattern(AttentionHead head, List<String> tokens, Console console) {
        int from = Math.max(0, tokens.size() - MOST_SHOWN);
        int width = tokens.stream().mapToInt(String::length).max().orElse(1);
        console.out().println("layer " + head.layer() + " head " + head.head() + ": each row's token looks at the columns; " + Shades.legend());
        if (from > 0) {
            console.out().println("the last " + MOST_SHOWN + " of " + tokens.size() + " tokens");
        }
        for (int query = from; query < tokens.size(); query++) {
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%5d ", query)).append(tokens.get(query))
                    .append(" ".repeat(width - tokens.get(query).length())).append(" |");
            for (int key = from; key <= query; key++) {
                line.append(Shades.cell(head.weights()[query][key]));
            }
            int most = head.strongest(query);
            line.append("  ".repeat(tokens.size() - 1 - query)).append("| ").append(tokens.get(most)).append(" at ").append(most).append(": ")
                    .append(decimal(head.weights()[query][most]));
            console.out().println(line);
        }
    }

    private static String decimal(double number) {
        return String.format(Locale.ROOT, "%.2f", number);
    }
}
