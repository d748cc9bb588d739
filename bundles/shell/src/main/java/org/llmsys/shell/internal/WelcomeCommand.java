package org.llmsys.shell.internal;

import java.nio.file.Files;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Need;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What the shell says when it opens on a terminal; nothing where no person reads it. */
@Component(property = Command.NAME + "=welcome")
public final class WelcomeCommand implements Command {

    private final Assemblies assemblies;

    @Activate
    public WelcomeCommand(@Reference Assemblies assemblies) {
        this.assemblies = assemblies;
    }

    @Override
    public int run(Arguments arguments, Console console) {
        if (!Boolean.getBoolean("llmsys.interactive")) {
            return 0;
        }
        String matmul = assemblies.current().serving("matmul", Need.ANY).map(Candidate::name).orElse("nobody");
        console.out().println("llmsys: a language model from scratch, every algorithm a service you can swap while it runs.");
        console.out().println(Files.exists(Models.shipped()) ? "The model in " + Models.shipped() + " is ready; matmul is served by " + matmul + "."
                : "No model is shipped; `demo` trains one. matmul is served by " + matmul + ".");
        console.out().println("Try:  generate --prompt \"The old clock\"     services     use matmul tiled     help     exit");
        return 0;
    }
}
