package org.llmsys.shell.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.insight.AblationEffect;
import org.llmsys.inference.insight.AblationStudy;
import org.llmsys.inference.insight.AblationTarget;
import org.llmsys.inference.insight.AblationValue;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.Tokenizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Takes heads, feed-forward networks and layers away and shows what that does to a text. */
@Component(property = Command.NAME + "=ablate")
public final class AblateCommand implements Command {

    private static final List<String> MEASURES = List.of("loss", "probability");

    private final Assemblies assemblies;
    private final Models models;

    @Activate
    public AblateCommand(@Reference Assemblies assemblies, @Reference Models models) {
        this.assemblies = assemblies;
        this.models = models;
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        arguments.words(new String[0]);
        String measure = arguments.required("--measure");
        if (!MEASURES.contains(measure)) {
            throw Problem.misused("--measure cannot be " + measure, "it is loss or probability", Names.suggestion(measure, MEASURES));
        }
        List<AblationTarget> named = named(arguments);
        if (named.isEmpty() != arguments.has("--all")) {
            throw Problem.misused("ablate needs parts to take away", named.isEmpty() ? "none was named"
                    : "--all takes each part by itself, and some were named", "give --heads L.H,…, --mlp L,… or --layers L,…, or --all alone");
        }
        Watcher watcher = new Watcher(console);
        watcher.experiments(assemblies.current());
        LoadedModel model = models.load(arguments);
        int[] ids = PromptTokens.some(model, text(arguments, console));
        int watched = arguments.text("--target").map(token -> id(token, model.tokenizer())).orElse(-1);
        AblationValue value = arguments.has("--mean") ? AblationValue.MEAN : AblationValue.ZERO;
        try (AblationStudy study = new AblationStudy(assemblies, model, ids, watched, watcher)) {
            List<AblationTarget> parts = named.isEmpty() ? study.parts() : named;
            Job job = console.job("ablate", "parts", parts.size());
            List<AblationEffect> effects = new ArrayList<>();
            for (AblationTarget part : parts) {
                effects.add(study.without(List.of(part), value));
                job.advance(effects.size());
            }
            AblationEffect together = named.size() > 1 ? study.without(named, value) : null;
            AblationReport report = new AblationReport(model, study, value, effects, together);
            if (arguments.has("--json")) {
                Map<String, Object> json = report.json();
                json.put("ids", ids);
                console.json(json);
            } else if (named.isEmpty()) {
                console.out().print(report.grid(measure));
            } else {
                console.out().print(report.table());
            }
        }
        return 0;
    }

    private static String text(Arguments arguments, Console console) throws IOException {
        if (arguments.has("--text") && arguments.has("--prompt")) {
            throw Problem.misused("--text and --prompt were both given", "one text is read", "leave one of them out");
        }
        return arguments.has("--text") ? TextArgument.file(arguments.required("--text"), console) : arguments.required("--prompt");
    }

    private static List<AblationTarget> named(Arguments arguments) {
        List<AblationTarget> parts = new ArrayList<>();
        arguments.text("--heads").ifPresent(list -> items(list).forEach(item -> {
            String[] numbers = item.split("\\.", -1);
            if (numbers.length != 2) {
                throw Problem.misused("--heads cannot be " + item, "a head is a layer and a number in it", "write L.H, for example 0.3");
            }
            parts.add(new AblationTarget.Head(number("--heads", numbers[0]), number("--heads", numbers[1])));
        }));
        arguments.text("--mlp").ifPresent(list -> items(list).forEach(item -> parts.add(new AblationTarget.Mlp(number("--mlp", item)))));
        arguments.text("--layers").ifPresent(list -> items(list).forEach(item -> parts.add(new AblationTarget.Layer(number("--layers", item)))));
        return parts;
    }

    private static List<String> items(String list) {
        return Arrays.stream(list.split(",")).map(String::strip).toList();
    }

    private static int number(String option, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw Problem.misused(option + " cannot be " + text, "it takes numbers that count from 0", "write for example " + option
                    + (option.equals("--heads") ? " 0.3,1.2" : " 0,2"));
        }
    }

    /** A token's text, or # and its number. */
    private static int id(String token, Tokenizer tokenizer) {
        if (token.startsWith("#") && token.length() > 1) {
            return number("--target", token.substring(1));
        }
        int[] ids = tokenizer.encode(token, Specials.IGNORED).ids();
        return tokenizer.id(token).orElseGet(() -> {
            if (ids.length != 1) {
                throw Problem.misused("--target cannot be " + token, String.format(Locale.ROOT, "it is %d tokens", ids.length),
                        "give the text of one token, or # and its id; ./llmsys tokenize shows them");
            }
            return ids[0];
        });
    }
}
