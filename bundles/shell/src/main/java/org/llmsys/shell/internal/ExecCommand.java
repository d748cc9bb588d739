package org.llmsys.shell.internal;

import org.apache.felix.service.command.CommandProcessor;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Runs a Gogo script, headless. */
@Component(property = Command.NAME + "=exec")
public final class ExecCommand implements Command {

    private final CommandProcessor processor;

    @Activate
    public ExecCommand(@Reference CommandProcessor processor) {
        this.processor = processor;
    }

    @Override
    public int run(Arguments arguments, Console console) {
        String script = arguments.words("'SCRIPT'").getFirst();
        try (Scripts scripts = new Scripts(processor, console)) {
            return scripts.run(script);
        }
    }
}
