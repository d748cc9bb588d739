package org.llmsys.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.llmsys.shell.Console;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Where the Gogo shell comes in: the same commands with the same options, as {@code llmsys:generate} or plain {@code generate}. Each is a
 * {@link Function} of its own, because a name such as {@code tokenizer-train} cannot be a method's. Immediate, because Gogo looks a
 * command up anew each time and a delayed component would be made and thrown away with every call.
 */
@Component(service = GogoCommands.class, immediate = true, property = {
    CommandProcessor.COMMAND_SCOPE + "=" + GogoCommands.SCOPE, CommandProcessor.COMMAND_FUNCTION + "=exit"})
public final class GogoCommands {

    static final String SCOPE = "llmsys";

    /** The command that opens this shell; inside it there is another one, which greets. */
    private static final String SHELL = "shell";
    private static final String WELCOME = "welcome";

    private final CommandLine commands;
    private final BundleContext context;
    private final List<ServiceRegistration<Function>> functions = new ArrayList<>();

    @Activate
    public GogoCommands(@Reference CommandLine commands, BundleContext context) {
        this.commands = commands;
        this.context = context;
        Stream.concat(CommandLine.NAMES.stream(), Stream.of(WELCOME)).filter(name -> !name.equals(SHELL))
                .forEach(name -> functions.add(context.registerService(Function.class, function(name), FrameworkUtil.asDictionary(
                        Map.of(CommandProcessor.COMMAND_SCOPE, SCOPE, CommandProcessor.COMMAND_FUNCTION, name)))));
    }

    @Deactivate
    void close() {
        functions.forEach(ServiceRegistration::unregister);
    }

    private Function function(String name) {
        return (session, words) -> {
            run(session, name, words);
            return null;
        };
    }

    /** Tells Gogo that a command failed; the command itself has said why. */
    static final class CommandFailed extends Exception {

        private static final long serialVersionUID = 1;

        private final int status;

        CommandFailed(String name, int status) {
            super(name + " ended with status " + status);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /** Gogo has made the standard streams those of the session and of the pipe, for the thread that calls. */
    private void run(CommandSession session, String name, List<Object> words) throws CommandFailed {
        boolean terminal = Boolean.getBoolean("llmsys.interactive");
        Console console = new Console(System.in, System.out, System.err, terminal, terminal);
        String[] line = Stream.concat(Stream.of(name), words.stream().map(String::valueOf)).toArray(String[]::new);
        int status = session.get(Scripts.VARIABLE) instanceof Scripts script
                ? script.whileCancellable(console, () -> run(console, line)) : run(console, line);
        if (status != 0) {
            throw new CommandFailed(name, status);
        }
    }

    /**
     * On a thread of its own: at Ctrl-C Gogo interrupts the thread that called, and a stream of Gogo's closes for good, the terminal's too,
     * when an interrupted thread writes to it. So the caller waits, and an interrupt asks the command to stop.
     */
    private int run(Console console, String[] line) {
        FutureTask<Integer> command = new FutureTask<>(() -> commands.run(console, line));
        Thread thread = new Thread(command, "command " + line[0]);     // inherits the streams of the session
        thread.setDaemon(true);
        thread.start();
        while (true) {
            try {
                return command.get();
            } catch (InterruptedException ctrlC) {
                console.cancel();
            } catch (ExecutionException mistake) {
                throw new IllegalStateException(mistake.getCause());
            }
        }
    }

    /** Ends the workbench. */
    public void exit() throws BundleException {
        context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).stop();
    }
}
