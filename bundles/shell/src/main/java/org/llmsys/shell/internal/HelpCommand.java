package org.llmsys.shell.internal;

import java.util.List;

import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.HelpPage;
import org.osgi.service.component.annotations.Component;

/** Prints help pages. */
@Component(property = Command.NAME + "=help")
public final class HelpCommand implements Command {

    @Override
    public int run(Arguments arguments, Console console) {
        List<String> words = arguments.words();
        String name = words.isEmpty() ? "help" : words.getFirst();
        HelpPage page = HelpPage.of(name).orElseThrow(() -> Problem.misused("there is no command " + name, "so there is no page about it",
                Names.suggestion(name, CommandLine.NAMES)));
        console.out().print(page.text());
        return 0;
    }
}
