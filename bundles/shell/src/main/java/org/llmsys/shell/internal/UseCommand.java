package org.llmsys.shell.internal;

import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Chooses who serves a slot. */
@Component(property = Command.NAME + "=use")
public final class UseCommand implements Command {

    private final Assemblies assemblies;

    @Activate
    public UseCommand(@Reference Assemblies assemblies) {
        this.assemblies = assemblies;
    }

    @Override
    public int run(Arguments arguments, Console console) {
        List<String> words = arguments.words("SLOT", "NAME");
        String slot = words.get(0);
        String name = words.get(1);
        if (arguments.has("--pardon")) {
            assemblies.pardon(slot, name);
        }
        if (arguments.has("--experiment")) {
            console.out().println(assemblies.experiment(slot, name));
            console.err().println("an experiment is not kept: it lasts as long as this workbench (./llmsys, or the commands of one exec)");
        } else {
            console.out().println(assemblies.use(slot, name));
        }
        return 0;
    }
}
