package org.llmsys.shell.internal;

import org.llmsys.assembly.Problem;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.osgi.service.component.annotations.Component;

/** The tests run outside a workbench: the script does it. Here the command only says so. */
@Component(property = Command.NAME + "=test")
public final class TestCommand implements Command {

    @Override
    public int run(Arguments arguments, Console console) {
        throw Problem.misused("the tests do not run inside a workbench", "they build the bundles this workbench runs on",
                "leave it and run ./llmsys test; ./llmsys check SLOT NAME tests one provider here");
    }
}
