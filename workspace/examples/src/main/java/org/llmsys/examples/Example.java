package org.llmsys.examples;

import java.io.IOException;
import java.util.Set;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A small program that shows one thing: run by {@code ./llmsys example NAME}. Offer it as a component, and the command finds it by its
 * name; so a plug-in may bring one.
 *
 * <pre>{@code
 * @Component
 * public final class Coin implements Example {
 *     public String name() { return "coin"; }
 *     public String summary() { return "tosses a coin"; }
 *     public Set<String> options() { return Set.of("seed"); }
 *     public void run(ExampleOptions options, Notebook notebook) {
 *         boolean heads = RandomStream.at(options.whole("seed", 1)).nextDouble() < 0.5;
 *         notebook.report(heads ? "heads" : "tails", "heads", heads);
 *     }
 * }
 * }</pre>
 *
 * <p>It is no slot: an example computes with what the slots hold, and nothing computes with an example.
 */
@ConsumerType
public interface Example {

    /** What people type: lower case, digits and hyphens. */
    String name();

    /** One line for the list of examples. */
    String summary();

    /** The options it understands, without hyphens, of those on the page of the command {@code example}. */
    Set<String> options();

    /**
     * Runs it to its end. The same seed gives the same reports, with any number of threads.
     *
     * @throws org.llmsys.assembly.Problem                  for what the user can mend
     * @throws java.util.concurrent.CancellationException when the notebook's job was cancelled
     */
    void run(ExampleOptions options, Notebook notebook) throws IOException;
}
