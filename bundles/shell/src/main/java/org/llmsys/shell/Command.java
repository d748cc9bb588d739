package org.llmsys.shell;

/**
 * One command. The same object serves the launcher and the Gogo shell; its help page
 * ({@code help/<name>.txt}) is also the grammar of its options.
 *
 * <p>A component offers it with the property {@code llmsys.command}. Commands are thin: they parse, call a service, and print.
 */
public interface Command {

    /** The service property that holds the name. */
    String NAME = "llmsys.command";

    /**
     * Runs the command.
     *
     * @return the exit status: 0 success, 1 failure, 2 wrong use
     * @throws org.llmsys.assembly.Problem printed as error, why and fix
     */
    int run(Arguments arguments, Console console) throws Exception;
}
