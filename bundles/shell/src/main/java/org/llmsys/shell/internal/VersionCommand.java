package org.llmsys.shell.internal;

import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Version;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Says which version this is, on which Java. */
@Component(property = Command.NAME + "=version")
public final class VersionCommand implements Command {

    private final Version version;

    @Activate
    public VersionCommand(BundleContext context) {
        version = context.getBundle().getVersion();
    }

    @Override
    public int run(Arguments arguments, Console console) {
        arguments.words(new String[0]);
        if (arguments.has("--json")) {
            console.json(Json.object("version", version.toString(), "java", Runtime.version().toString()));
        } else {
            console.out().println("llmsys " + version + " on Java " + Runtime.version());
        }
        return 0;
    }
}
