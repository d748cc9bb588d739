package org.llmsys.shell;

import org.osgi.annotation.versioning.ProviderType;

/** Runs command lines, for a door that tells problems in its own way. One service, thread-safe. */
@ProviderType
public interface Commands {

    /**
     * Finds the command, checks its options, and runs it.
     *
     * <pre>{@code
     * commands.perform(console, "use", "matmul", "tiled");
     * }</pre>
     *
     * @param line the command's name and its words
     * @return the exit status: 0 success, 1 failure, 2 wrong use
     * @throws org.llmsys.assembly.Problem                  what went wrong, why, and what mends it
     * @throws java.util.concurrent.CancellationException when it was stopped before it was done
     */
    int perform(Console console, String... line) throws Exception;
}
