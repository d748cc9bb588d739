package org.llmsys.integration.providers;

import java.util.Set;

import org.llmsys.examples.Example;
import org.llmsys.examples.ExampleOptions;
import org.llmsys.examples.Notebook;
import org.llmsys.tensor.RandomStream;
import org.osgi.service.component.annotations.Component;

/** The example of {@link Example}'s page. */
@Component
public final class CoinExample implements Example {

    @Override
    public String name() {
        return "coin";
    }

    @Override
    public String summary() {
        return "tosses a coin";
    }

    @Override
    public Set<String> options() {
        return Set.of("seed");
    }

    @Override
    public void run(ExampleOptions options, Notebook notebook) {
        boolean heads = RandomStream.at(options.whole("seed", 1)).nextDouble() < 0.5;
        notebook.report(heads ? "heads" : "tails", "heads", heads);
    }
}
