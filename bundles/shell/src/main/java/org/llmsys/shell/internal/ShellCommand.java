package org.llmsys.shell.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

import org.apache.felix.service.command.CommandProcessor;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The workbench. On a terminal Gogo opens its own shell; else the lines of standard input are run, one after the other. */
@Component(property = Command.NAME + "=shell")
public final class ShellCommand implements Command {

    private final CommandProcessor processor;

    @Activate
    public ShellCommand(@Reference CommandProcessor processor) {
        this.processor = processor;
    }

    /** @return 0 when every line succeeded, else the status of the last that did not */
    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        arguments.words(new String[0]);
        if (Boolean.getBoolean("llmsys.interactive")) {
            return 0;
        }
        int status = 0;
        BufferedReader lines = new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8));
        try (Scripts scripts = new Scripts(processor, console)) {
            for (String line = lines.readLine(); line != null && !console.cancelled(); line = lines.readLine()) {
                String script = line.strip();
                if (script.equals("exit") || script.equals("quit")) {
                    break;
                }
                if (!script.isEmpty() && !script.startsWith("#")) {
                    int outcome = scripts.run(script);
                    status = outcome == 0 ? status : outcome;
                }
            }
        }
        return status;
    }
}
