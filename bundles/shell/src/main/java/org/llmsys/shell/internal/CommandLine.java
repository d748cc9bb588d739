package org.llmsys.shell.internal;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;

import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Commands;
import org.llmsys.shell.Console;
import org.llmsys.shell.HelpPage;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** Runs one command line: finds the command, checks the options, prints problems as error, why and fix. All doors come through here. */
@Component(service = {CommandLine.class, Commands.class})
public final class CommandLine implements Commands {

    private static final int INTERRUPTED = 130;
    private static final String DEBUG = "--debug";

    private final BundleContext context;
    private final ServiceComponentRuntime components;

    @Activate
    public CommandLine(BundleContext context, @Reference ServiceComponentRuntime components) {
        this.context = context;
        this.components = components;
    }

    /** Every command that can be typed. */
    static final List<String> NAMES = List.of("ablate", "attention", "bench", "build", "check", "compare", "compare-logits", "convert", "demo",
            "dist", "doctor", "eval", "example", "exec", "generate", "help", "logit-lens", "model-info", "position", "prepare", "saliency", "serve",
            "services", "shell", "step", "test", "tokenize", "tokenizer-convert", "tokenizer-info", "tokenizer-train", "trace", "train",
            "use", "version", "wasm-demo");

    /** Runs it. @return the exit status */
    int run(Console console, String... line) {
        boolean debug = Arrays.asList(line).contains(DEBUG);
        List<String> words = Arrays.stream(line).filter(word -> !word.equals(DEBUG)).toList();
        try {
            int status = run(words, console);
            return console.cancelled() ? INTERRUPTED : status;
        } catch (Problem problem) {
            console.err().println(Console.harmless(problem.text()));
            trace(problem, debug, console);
            return problem.exitStatus();
        } catch (CancellationException cancelled) {
            console.err().println(cancelled.getMessage() == null ? "stopped" : cancelled.getMessage());
            trace(cancelled, debug, console);
            return INTERRUPTED;
        } catch (OutOfMemoryError full) {
            console.err().println("error: the memory is full\nwhy: " + full.getMessage()
                    + "\nfix: use a smaller model or batch, or give Java more: JDK_JAVA_OPTIONS=-Xmx4g ./llmsys " + String.join(" ", words));
            trace(full, debug, console);
            return Problem.FAILED;
        } catch (Exception | LinkageError | StackOverflowError | AssertionError mistake) {
            console.err().println("error: " + String.join(" ", words.subList(0, Math.min(1, words.size()))) + " failed\nwhy: " + mistake
                    + "\nfix: this is a mistake of ours or of a plug-in; --debug shows where, and a report helps");
            trace(mistake, debug, console);
            return Problem.FAILED;
        } finally {
            console.out().flush();
            console.err().flush();
        }
    }

    @Override
    public int perform(Console console, String... line) throws Exception {
        try {
            return run(List.of(line), console);
        } finally {
            console.out().flush();
            console.err().flush();
        }
    }

    private int run(List<String> words, Console console) throws Exception {
        if (words.isEmpty() || words.getFirst().equals("--help") || words.getFirst().equals("-h")) {
            console.out().print(HelpPage.of("help").orElseThrow().text());
            return 0;
        }
        String name = words.getFirst();
        HelpPage page = HelpPage.of(name).or(() -> hidden(name)).orElseThrow(() -> Problem.misused("there is no command " + name,
                "the commands are " + String.join(", ", NAMES), suggestion(name)));
        List<String> rest = words.subList(1, words.size());
        if (rest.contains("--help")) {
            console.out().print(page.text());
            return 0;
        }
        Arguments arguments = new Arguments(page, rest);
        ServiceReference<Command> reference = reference(name).orElseThrow(() -> notReady(name));
        Command command = context.getService(reference);
        if (command == null) {
            throw notReady(name);
        }
        try {
            return command.run(arguments, console);
        } finally {
            context.ungetService(reference);
        }
    }

    /** What the shell calls by itself has no page and no options. */
    private static Optional<HelpPage> hidden(String name) {
        return name.equals("welcome") ? Optional.of(HelpPage.without(name)) : Optional.empty();
    }

    private static String suggestion(String name) {
        Set<String> names = new TreeSet<>(NAMES);
        return Names.nearest(name, names).map(near -> "did you mean " + near + "?").orElse("./llmsys --help shows what each does");
    }

    private Optional<ServiceReference<Command>> reference(String name) throws InvalidSyntaxException {
        Collection<ServiceReference<Command>> found = context.getServiceReferences(Command.class, "(" + Command.NAME + "=" + name + ")");
        return found.stream().findFirst();
    }

    /** A command whose services are not all there is not registered; its component knows what it waits for. */
    private Problem notReady(String name) {
        Set<String> missing = new TreeSet<>();
        for (ComponentDescriptionDTO description : components.getComponentDescriptionDTOs(context.getBundle())) {
            if (name.equals(description.properties.get(Command.NAME))) {
                for (ComponentConfigurationDTO configuration : components.getComponentConfigurationDTOs(description)) {
                    for (var reference : configuration.unsatisfiedReferences) {
                        Arrays.stream(description.references).filter(r -> r.name.equals(reference.name)).forEach(r -> missing.add(r.interfaceName));
                    }
                }
            }
        }
        return Problem.failed(name + " cannot run now", missing.isEmpty() ? "its component is not active"
                : "no bundle offers " + String.join(" or ", missing), "start the bundle that offers it; ./llmsys doctor shows what is there");
    }

    private static void trace(Throwable cause, boolean debug, Console console) {
        if (debug) {
            cause.printStackTrace(console.err());
        }
    }
}
