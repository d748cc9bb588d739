package org.llmsys.shell.internal;

import java.util.function.Consumer;
import java.util.function.IntSupplier;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.llmsys.shell.Console;
import org.llmsys.shell.internal.GogoCommands.CommandFailed;

/** Runs Gogo scripts in one session. */
final class Scripts implements AutoCloseable {

    /** Under this name a session knows the scripts it runs, so that Ctrl-C finds the command that runs now. */
    static final String VARIABLE = "llmsys.scripts";

    private static final int FAILED = 1;
    private static final int INTERRUPTED = 130;

    private final CommandSession session;
    private final Console console;
    private volatile Console running;

    Scripts(CommandProcessor processor, Console console) {
        this.console = console;
        this.session = processor.createSession(console.in(), console.out(), console.err());
        session.put("SCOPE", "llmsys:gogo:felix:*");
        session.put(VARIABLE, this);
        Thread caller = Thread.currentThread();
        console.onCancel(() -> cancel(caller));
    }

    /** Gogo runs commands on threads of its own while the caller waits: a command of ours is asked to stop and saves, others are left. */
    private void cancel(Thread caller) {
        Console command = running;
        if (command != null) {
            command.cancel();
        } else {
            caller.interrupt();
        }
    }

    /** Runs a command of ours; meanwhile Ctrl-C is for its console. */
    int whileCancellable(Console command, IntSupplier run) {
        Console outer = running;                                       // a command may run a script: exec in exec
        running = command;
        try {
            if (console.cancelled()) {
                command.cancel();
            }
            return run.getAsInt();
        } finally {
            running = outer;
        }
    }

    /** Runs it and prints its value, if it has one. @return the exit status */
    int run(String script) {
        Consumer<String> complain = why -> console.err().println("error: the script failed\nwhy: " + why
                + "\nfix: ./llmsys help lists our commands; commands are separated by ;");
        try {
            Object value = session.execute(script);
            if (value != null) {
                console.out().println(session.format(value, Converter.INSPECT));
            }
            return 0;
        } catch (CommandFailed failed) {
            return failed.status();                                    // the command has said why
        } catch (InterruptedException stopped) {
            console.err().println("stopped");
            return INTERRUPTED;
        } catch (Exception e) {
            complain.accept(e.getMessage() == null ? e.toString() : e.getMessage());
            return FAILED;
        } finally {
            console.out().flush();
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
