package org.llmsys.shell.internal;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.examples.Example;
import org.llmsys.examples.ExampleOptions;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.HelpPage;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Runs a worked example, found by its name among those that bundles offer; lists them when no name is given. */
@Component(property = Command.NAME + "=example")
public final class ExampleCommand implements Command {

    private static final HelpPage PAGE = HelpPage.of("example").orElseThrow();

    private final Map<String, Example> examples = new TreeMap<>();

    @Activate
    public ExampleCommand(@Reference(policyOption = ReferencePolicyOption.GREEDY) List<Example> examples) {
        examples.forEach(example -> this.examples.putIfAbsent(example.name(), example));
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        if (arguments.words().isEmpty()) {
            return list(arguments.has("--json"), console);
        }
        String name = arguments.words("NAME").getFirst();
        Example example = examples.get(name);
        if (example == null) {
            throw Problem.misused("there is no example " + name, "the examples are " + String.join(", ", examples.keySet()),
                    Names.suggestion(name, examples.keySet()));
        }
        ConsoleNotebook notebook = new ConsoleNotebook(console, arguments.has("--json"));
        example.run(options(example, arguments), notebook);
        return 0;
    }

    private int list(boolean asJson, Console console) {
        if (asJson) {
            console.json(examples.values().stream().map(e -> Json.object("name", e.name(), "summary", e.summary(), "options",
                    e.options().stream().sorted().toList())).toList());
            return 0;
        }
        Table table = new Table("example", "what it shows");
        examples.values().forEach(example -> table.row(example.name(), example.summary()));
        console.out().print(table);
        return 0;
    }

    /** What was typed, without hyphens. Every example has options of its own, and one that it would not heed is refused. */
    private static ExampleOptions options(Example example, Arguments arguments) {
        Map<String, String> given = new LinkedHashMap<>();
        for (String option : PAGE.options()) {
            String name = option.substring(2);
            if (!arguments.has(option) || name.equals("json")) {
                continue;
            }
            if (!example.options().contains(name)) {
                throw Problem.misused("the example " + example.name() + " has no option " + option,
                        example.options().stream().sorted().collect(Collectors.joining(", --", "its options are --", " and --json")), "leave it out");
            }
            given.put(name, arguments.text(option).orElse(""));
        }
        if (example.options().contains("text")) {
            given.putIfAbsent("text", Models.corpus().toString());
        }
        return new ExampleOptions(given);
    }
}
