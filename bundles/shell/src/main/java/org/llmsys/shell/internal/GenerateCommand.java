package org.llmsys.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.LogProbabilities;
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
    public GenerateCommand(@Reference Assemblies assemblies, @Reference(target = "(llmsys.engine=serving)") InferenceEngine engine,
            @Reference Models models) {
        this.assemblies = assemblies;
        this.engine = engine;
        this.models = models;
    }

    /** What was written, and when: nanoseconds of System.nanoTime. */
    private record Result(int promptTokens, List<GeneratedToken> tokens, List<LogProbabilities> prompt, String stopReason,
            long start, long first, long end) {

        /** Tokens that have an id: at the end text may come that had been held back. */
        List<GeneratedToken> written() {
            return tokens.stream().filter(token -> token.id() != GeneratedToken.TEXT_ONLY).toList();
        }

        double firstMillis() {
            return first == 0 ? Double.NaN : (first - start) / 1e6;
        }

        double perSecond() {
            return written().size() > 1 ? (written().size() - 1) * 1e9 / (end - first) : Double.NaN;
        }
    }

    @Override
    public int run(Arguments arguments, Console console) {
        arguments.words(new String[0]);
        GenerationOptions options = options(arguments);
        LoadedModel model = models.load(arguments);
        String prompt = arguments.required("--prompt");
        boolean asJson = arguments.has("--json");
        Result result = write(model, prompt, options, aloud(arguments, console), console);
        LogProbabilityReport report = options.logProbabilities().isPresent() ? new LogProbabilityReport(model.requireTokenizer()) : null;
        if (asJson) {
            console.json(json(prompt, result, report));
        } else {
            tell(result, report, console);
        }
        return 0;
    }

    // ---- what is asked for ------------------------------------------------------------------------------------------------------

    private GenerationOptions options(Arguments arguments) {
        int maxTokens = (int) arguments.whole("--max-tokens");
        boolean greedy = arguments.number("--temperature") == 0;
        FilterChoices choices = new FilterChoices(assemblies);
        List<FilterChoice> filters = new ArrayList<>();
        arguments.text("--logit-bias").map(choices::bias).ifPresent(filters::add);
        filters.addAll(greedy ? choices.named(arguments) : choices.of(arguments));
        String sampler = greedy ? "greedy" : arguments.text("--sampler").orElse(null);
        GenerationOptions options = new GenerationOptions(maxTokens, sampler, filters, arguments.whole("--seed"), stopTexts(arguments));
        options = arguments.text("--stop-token").map(GenerateCommand::ids).map(options::stoppingAtTokens).orElse(options);
        options = arguments.has("--no-slide") ? options : options.sliding();
        return measured(options, arguments);
    }

    private static List<String> stopTexts(Arguments arguments) {
        List<String> stops = new ArrayList<>();
        arguments.text("--stop").ifPresent(stops::add);
        arguments.text("--stops").ifPresent(list -> {
            int from = 0;
            for (int bar = list.indexOf('|'); bar >= 0; bar = list.indexOf('|', from)) {
                stops.add(list.substring(from, bar));
                from = bar + 1;
            }
            stops.add(list.substring(from));
        });
        return stops;
    }

    private static List<Integer> ids(String list) {
        List<Integer> ids = new ArrayList<>();
        for (String id : list.split(",", -1)) {
            try {
                ids.add(Integer.parseInt(id.strip()));
            } catch (NumberFormatException e) {
                throw Problem.misused("--stop-token cannot be " + list, "\"" + id.strip() + "\" is no token id",
                        "write ids with commas between them, as tokenize shows them");
            }
        }
        return ids;
    }

    private static GenerationOptions measured(GenerationOptions options, Arguments arguments) {
        boolean prompt = arguments.has("--echo-logprobs");
        boolean filtered = arguments.has("--filtered-logprobs");
        if (arguments.text("--logprobs").isEmpty() && !prompt && !filtered) {
            return options;
        }
        int alternatives = arguments.text("--logprobs").map(number -> Integer.parseInt(number.strip())).orElse(0);
        return options.measuring(new LogProbabilities.Request(alternatives, prompt, filtered));
    }

    // ---- writing ----------------------------------------------------------------------------------------------------------------

    /** What happens with the prompt and with each token as soon as it is there. */
    private interface Reader {

        void prompt(String text);

        void token(GeneratedToken token);
    }

    /** @throws Problem for --stream without --json */
    private static Reader aloud(Arguments arguments, Console console) {
        boolean asJson = arguments.has("--json");
        boolean stream = arguments.has("--stream");
        if (stream && !asJson) {
            throw Problem.misused("--stream needs --json", "text comes token by token anyway", "leave --stream out, or add --json");
        }
        return new Reader() {
            @Override
            public void prompt(String text) {
                print(asJson ? "" : text, console);
            }

            @Override
            public void token(GeneratedToken token) {
                if (stream) {
                    console.json(Json.object("id", token.id(), "text", token.text()));
                } else {
                    print(asJson ? "" : token.text(), console);
                }
            }
        };
    }

    private Result write(LoadedModel model, String prompt, GenerationOptions options, Reader reader, Console console) {
        Watcher watcher = new Watcher(console);
        watcher.experiments(assemblies.current());
        int[] promptIds = model.requireTokenizer().encode(prompt);
        long start = System.nanoTime();
        long first = 0;
        List<GeneratedToken> tokens = new ArrayList<>();
        try (GenerationSession session = engine.open(model, promptIds, options, watcher)) {
            console.onCancel(session::cancel);
            reader.prompt(prompt);
            for (GeneratedToken token = session.next(); token != null; token = session.next()) {
                first = first == 0 ? System.nanoTime() : first;
                tokens.add(token);
                reader.token(token);
                console.heed();
            }
            return new Result(promptIds.length, tokens, session.promptLogProbabilities(), session.stopReason(),
                    start, first, System.nanoTime());
        }
    }

    private static void print(String text, Console console) {
        if (!text.isEmpty()) {
            console.out().print(console.shown(text));
            console.out().flush();
        }
    }

    // ---- telling ----------------------------------------------------------------------------------------------------------------

    private Map<String, Object> json(String prompt, Result result, LogProbabilityReport report) {
        Map<String, Object> answer = Json.object("prompt", prompt, "text", String.join("", result.tokens.stream().map(GeneratedToken::text).toList()),
                "ids", result.written().stream().map(GeneratedToken::id).toList(),
                "promptTokens", result.promptTokens, "newTokens", result.written().size(),
                "firstTokenMs", result.firstMillis(), "tokensPerSecond", result.perSecond(), "stopReason", result.stopReason);
        if (report != null) {
            answer.put("logprobs", report.written(result.written()));
            if (!result.prompt.isEmpty()) {
                answer.put("promptLogprobs", report.prompt(result.prompt));
            }
        }
        if (!assemblies.current().experiments().isEmpty()) {
            answer.put("experiment", assemblies.current().experiments());
        }
        return answer;
    }

    private static void tell(Result result, LogProbabilityReport report, Console console) {
        console.out().println();
        if (report != null) {
            console.out().println();
            report.print(result.prompt, result.written(), console);
        }
        int written = result.written().size();
        String latency = written == 0 ? "" : String.format(Locale.ROOT, ", the first after %.0f ms", result.firstMillis());
        String rate = written < 2 ? "" : String.format(Locale.ROOT, ", then %.0f tokens/s", result.perSecond());
        console.err().println(written + (written == 1 ? " token" : " tokens") + latency + rate + "; ended by " + result.stopReason);
    }
}
