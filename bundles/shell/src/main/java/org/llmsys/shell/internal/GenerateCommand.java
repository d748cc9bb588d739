package org.llmsys.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Continues a prompt. */
@Component(property = Command.NAME + "=generate")
public final class GenerateCommand implements Command {

    private final Assemblies assemblies;
    private final InferenceEngine engine;
    private final Models models;

    @Activate
    public GenerateCommand(@Reference Assemblies assemblies, @Reference InferenceEngine engine, @Reference Models models) {
        this.assemblies = assemblies;
        this.engine = engine;
        this.models = models;
    }

    @Override
    public int run(Arguments arguments, Console console) {
        arguments.words(new String[0]);
        GenerationOptions options = options(arguments);
        LoadedModel model = models.load(arguments);
        generate(model, arguments.required("--prompt"), options, arguments.has("--json"), console);
        return 0;
    }

    private GenerationOptions options(Arguments arguments) {
        int maxTokens = (int) arguments.whole("--max-tokens");
        boolean greedy = arguments.number("--temperature") == 0;
        List<FilterChoice> filters = greedy ? List.of() : new FilterChoices(assemblies).of(arguments);
        String sampler = greedy ? "greedy" : arguments.text("--sampler").orElse(null);
        GenerationOptions options = new GenerationOptions(maxTokens, sampler, filters, arguments.whole("--seed"),
                arguments.text("--stop").map(List::of).orElse(List.of()));
        return arguments.has("--no-slide") ? options : options.sliding();
    }

    private void generate(LoadedModel model, String prompt, GenerationOptions options, boolean asJson, Console console) {
        Watcher watcher = new Watcher(console);
        watcher.experiments(assemblies.current());
        int[] promptIds = model.requireTokenizer().encode(prompt);
        long start = System.nanoTime();
        long first = 0;
        List<Integer> ids = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        String stopReason;
        try (GenerationSession session = engine.open(model, promptIds, options, watcher)) {
            console.onCancel(session::cancel);
            print(asJson ? "" : prompt, console);
            for (GeneratedToken token = session.next(); token != null; token = session.next()) {
                first = first == 0 ? System.nanoTime() : first;
                ids.add(token.id());
                text.append(token.text());
                print(asJson ? "" : token.text(), console);
                console.heed();
            }
            stopReason = session.stopReason();
        }
        long end = System.nanoTime();
        double firstMillis = first == 0 ? Double.NaN : (first - start) / 1e6;
        double perSecond = ids.size() > 1 ? (ids.size() - 1) * 1e9 / (end - first) : Double.NaN;
        if (asJson) {
            Map<String, Object> answer = Json.object("prompt", prompt, "text", text.toString(), "ids", ids, "promptTokens", promptIds.length,
                    "newTokens", ids.size(), "firstTokenMs", firstMillis, "tokensPerSecond", perSecond, "stopReason", stopReason);
            if (!assemblies.current().experiments().isEmpty()) {
                answer.put("experiment", assemblies.current().experiments());
            }
            console.json(answer);
        } else {
            console.out().println();
            String latency = ids.isEmpty() ? "" : String.format(Locale.ROOT, ", the first after %.0f ms", firstMillis);
            String rate = ids.size() < 2 ? "" : String.format(Locale.ROOT, ", then %.0f tokens/s", perSecond);
            console.err().println(ids.size() + " tokens" + latency + rate + "; ended by " + stopReason);
        }
    }

    private static void print(String text, Console console) {
        if (!text.isEmpty()) {
            console.out().print(console.shown(text));
            console.out().flush();
        }
    }
}
