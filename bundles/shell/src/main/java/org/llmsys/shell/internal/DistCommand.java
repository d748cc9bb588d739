package org.llmsys.shell.internal;

import org.llmsys.assembly.Problem;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.osgi.service.component.annotations.Component;

/** A distribution is written outside a workbench: the script does it. Here the command only says so. */
@Component(property = Command.NAME + "=dist")
public final class DistCommand implements Command {

    @Override
    public int run(Arguments arguments, Console console) {
        throw Problem.misused("no distribution is written inside a workbench", "it is made of what was built, and a workbench runs on a copy of that",
                "leave it and run ./llmsys dist");
    }
}
