package org.llmsys.shell.internal;

import org.llmsys.assembly.Problem;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.osgi.service.component.annotations.Component;

/** What is not Java is built outside a workbench: the script does it. Here the command only says so. */
@Component(property = Command.NAME + "=build")
public final class BuildCommand implements Command {

    @Override
    public int run(Arguments arguments, Console console) {
        throw Problem.misused("nothing is built inside a workbench", "it runs on what was built before it started",
                "leave it and run ./llmsys build native; the next start takes it in");
    }
}
