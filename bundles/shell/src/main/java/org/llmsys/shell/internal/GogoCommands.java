package org.llmsys.shell.internal;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

import org.apache.felix.service.command.CommandSession;
import org.llmsys.shell.Console;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Where the Gogo shell comes in: the same commands with the same options, as {@code llmsys:generate} or plain {@code generate}. Immediate,
 * because Gogo looks a command up anew each time and a delayed component would be made and thrown away with every call.
 */
@Component(service = GogoCommands.class, immediate = true, property = {
    "osgi.command.scope=llmsys",
    "osgi.command.function=bench", "osgi.command.function=check", "osgi.command.function=compare", "osgi.command.function=demo",
    "osgi.command.function=doctor", "osgi.command.function=eval", "osgi.command.function=example", "osgi.command.function=exec",
    "osgi.command.function=generate", "osgi.command.function=help", "osgi.command.function=position", "osgi.command.function=services",
    "osgi.command.function=test",
    "osgi.command.function=tokenize", "osgi.command.function=train", "osgi.command.function=use", "osgi.command.function=version",
    "osgi.command.function=welcome", "osgi.command.function=exit"})
public final class GogoCommands {

    private final CommandLine commands;
    private final BundleContext context;

    @Activate
    public GogoCommands(@Reference CommandLine commands, BundleContext context) {
        this.commands = commands;
        this.context = context;
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
    private void run(CommandSession session, String name, Object[] words) throws CommandFailed {
        boolean terminal = Boolean.getBoolean("llmsys.interactive");
        Console console = new Console(System.in, System.out, System.err, terminal, terminal);
        String[] line = Stream.concat(Stream.of(name), Stream.of(words).map(String::valueOf)).toArray(String[]::new);
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

    public void bench(CommandSession session, Object... words) throws CommandFailed {
        run(session, "bench", words);
    }

    public void check(CommandSession session, Object... words) throws CommandFailed {
        run(session, "check", words);
    }

    public void compare(CommandSession session, Object... words) throws CommandFailed {
        run(session, "compare", words);
    }

    public void demo(CommandSession session, Object... words) throws CommandFailed {
        run(session, "demo", words);
    }

    public void doctor(CommandSession session, Object... words) throws CommandFailed {
        run(session, "doctor", words);
    }

    public void eval(CommandSession session, Object... words) throws CommandFailed {
        run(session, "eval", words);
    }

    public void example(CommandSession session, Object... words) throws CommandFailed {
        run(session, "example", words);
    }

    public void exec(CommandSession session, Object... words) throws CommandFailed {
        run(session, "exec", words);
    }

    public void generate(CommandSession session, Object... words) throws CommandFailed {
        run(session, "generate", words);
    }

    public void help(CommandSession session, Object... words) throws CommandFailed {
        run(session, "help", words);
    }

    public void position(CommandSession session, Object... words) throws CommandFailed {
        run(session, "position", words);
    }

    public void services(CommandSession session, Object... words) throws CommandFailed {
        run(session, "services", words);
    }

    public void test(CommandSession session, Object... words) throws CommandFailed {
        run(session, "test", words);
    }

    public void tokenize(CommandSession session, Object... words) throws CommandFailed {
        run(session, "tokenize", words);
    }

    public void train(CommandSession session, Object... words) throws CommandFailed {
        run(session, "train", words);
    }

    public void use(CommandSession session, Object... words) throws CommandFailed {
        run(session, "use", words);
    }

    public void version(CommandSession session, Object... words) throws CommandFailed {
        run(session, "version", words);
    }

    /** Ends the workbench. */
    public void exit() throws BundleException {
        context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).stop();
    }

    /** What the shell says when it opens. */
    public void welcome(CommandSession session) throws CommandFailed {
        run(session, "welcome", new Object[0]);
    }
}
