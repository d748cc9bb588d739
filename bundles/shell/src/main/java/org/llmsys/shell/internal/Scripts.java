package org.llmsys.shell.internal;

import java.util.function.Consumer;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.llmsys.shell.Console;
import org.llmsys.shell.internal.GogoCommands.CommandFailed;

/** Runs Gogo scripts in one session. */
final class Scripts implements AutoCloseable {

    private static final int FAILED = 1;

    private final CommandSession session;
    private final Console console;

    Scripts(CommandProcessor processor, Console console) {
        this.console = console;
        this.session = processor.createSession(console.in(), console.out(), console.err());
        session.put("SCOPE", "llmsys:gogo:felix:*");
        Thread caller = Thread.currentThread();
        console.onCancel(caller::interrupt);                           // commands run on this thread and look
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
