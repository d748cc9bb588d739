package org.llmsys.shell.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.insight.AttentionPatterns;
import org.llmsys.inference.insight.Rollout;
import org.llmsys.inference.insight.Saliency;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.llmsys.shell.internal.picture.ColourScale;
import org.llmsys.shell.internal.picture.PictureFile;
import org.llmsys.shell.internal.picture.StripFigure;
import org.llmsys.tokenizer.Tokenizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Shows which tokens of a prompt the next one hangs on. */
@Component(property = Command.NAME + "=saliency")
public final class SaliencyCommand implements Command {

    private static final String GRADIENT = "gradient";
    private static final String TIMES_INPUT = "gradient-x-input";
    private static final String ROLLOUT = "rollout";
    private static final List<String> METHODS = List.of(GRADIENT, TIMES_INPUT, ROLLOUT);
    private static final String ID = "id:";
    private static final int BAR = 40;

    private final Assemblies assemblies;
    private final Models models;

    @Activate
    public SaliencyCommand(@Reference Assemblies assemblies, @Reference Models models) {
        this.assemblies = assemblies;
        this.models = models;
    }

    /**
     * A number for each token of the prompt.
     *
     * @param target the token that they are about; empty when they are about none
     * @param logit  what the model says of the target; null without one
     */
    private record Result(String method, OptionalInt target, Double logit, double[] values) {
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        arguments.words(new String[0]);
        String method = method(arguments.required("--method"));
        if (method.equals(ROLLOUT) && arguments.has("--target")) {
            throw Problem.misused("--target and --method rollout were both given",
                    "roll-out follows attention, which is the same whatever comes next",
                    "leave --target out, or choose --method gradient");
        }
        Watcher watcher = new Watcher(console);
        PromptTokens prompt = PromptTokens.of(models.load(arguments), arguments.required("--prompt"));
        OptionalInt target = arguments.has("--target") ? OptionalInt.of(id(arguments.required("--target"), prompt.model().tokenizer()))
                : OptionalInt.empty();
        watcher.experiments(assemblies.current());
        Result result = method.equals(ROLLOUT) ? rollout(prompt, watcher) : gradient(method, prompt, target, watcher);
        Optional<Path> file = arguments.path("--png");
        if (file.isPresent()) {
            PictureFile.write(figure(result, prompt).draw(), file.get());
            console.err().println("wrote " + file.get());
        }
        if (arguments.has("--json")) {
            console.json(json(result, prompt));
        } else if (file.isEmpty()) {
            print(result, prompt, console);
        }
        return 0;
    }

    private static String method(String name) {
        if (!METHODS.contains(name)) {
            throw Problem.misused("--method cannot be " + name, "the methods are " + String.join(", ", METHODS), Names.suggestion(name, METHODS));
        }
        return name;
    }

    /** A token as it stands in the vocabulary, a text that is one token, or {@code id:} and its number. */
    private static int id(String typed, Tokenizer tokenizer) {
        Optional<Integer> known = tokenizer.id(typed);
        if (known.isPresent()) {
            return known.get();
        }
        String digits = typed.startsWith(ID) ? typed.substring(ID.length()) : "";
        if (!digits.isEmpty() && digits.length() < 10 && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Integer.parseInt(digits);
        }
        int[] ids = tokenizer.encode(typed);
        if (ids.length != 1) {
            throw Problem.misused("--target cannot be " + typed, ids.length == 0 ? "it is no token" : "the tokenizer makes " + ids.length
                    + " tokens of it",
                    "give a text that is one token, or its number as id:N; ./llmsys tokenize shows both");
        }
        return ids[0];
    }

    private Result gradient(String method, PromptTokens prompt, OptionalInt target, Watcher watcher) {
        Saliency.Scores scores = new Saliency(assemblies).of(prompt.model().model(), prompt.ids(), target, watcher);
        return new Result(method, OptionalInt.of(scores.target()), scores.logit(), method.equals(GRADIENT) ? scores.gradient() : scores.timesInput());
    }

    private Result rollout(PromptTokens prompt, Watcher watcher) {
        AttentionPatterns patterns = new AttentionPatterns.Reader(assemblies).read(prompt.model().model(), prompt.ids(), List.of(), List.of(),
                watcher);
        return new Result(ROLLOUT, OptionalInt.empty(), null, Rollout.of(patterns).getLast());
    }

    /** In words. */
    private static String about(Result result, PromptTokens prompt) {
        String target = result.target().isPresent() ? prompt.labels().of(result.target().getAsInt()) + " (id " + result.target().getAsInt()
                + ", logit "
                + ColourScale.number(result.logit()) + ")" : "";
        return switch (result.method()) {
            case GRADIENT -> "how much the logit of the next token " + target + " moves with each token's vector";
            case TIMES_INPUT -> "what each token's vector adds to the logit of the next token " + target;
            default -> "how much of each token attention carries to the last one, through all layers";
        };
    }

    private static String scale(Result result) {
        return switch (result.method()) {
            case GRADIENT -> "length of the gradient";
            case TIMES_INPUT -> "gradient times input: red for, blue against";
            default -> "share, all add up to 1";
        };
    }

    private static StripFigure figure(Result result, PromptTokens prompt) {
        return new StripFigure("What the next token hangs on", List.of(prompt.model().name() + ": " + about(result, prompt)), prompt.shown(),
                result.values(),
                ColourScale.upTo(scale(result), result.values()));
    }

    private static Map<String, Object> json(Result result, PromptTokens prompt) {
        Integer target = result.target().isPresent() ? result.target().getAsInt() : null;
        return Json.object("model", prompt.model().name(), "method", result.method(), "target", target,
                "targetToken", target == null ? null : prompt.labels().text(target), "logit", result.logit(), "ids", prompt.ids(), "tokens",
                        prompt.texts(),
                "values", Arrays.stream(result.values()).boxed().toList());
    }

    private static void print(Result result, PromptTokens prompt, Console console) {
        double most = Arrays.stream(result.values()).map(Math::abs).max().orElse(0);
        List<String> tokens = prompt.shown();
        Table table = new Table("place", "token", "value", "");
        for (int t = 0; t < tokens.size(); t++) {
            double value = result.values()[t];
            int length = most == 0 ? 0 : (int) Math.round(BAR * Math.abs(value) / most);
            table.row(t, tokens.get(t), ColourScale.number(value), (value < 0 ? "▒" : "█").repeat(length));
        }
        console.out().print(table);
        console.out().println(about(result, prompt) + (result.method().equals(TIMES_INPUT) ? "; ▒ below zero" : ""));
    }
}
