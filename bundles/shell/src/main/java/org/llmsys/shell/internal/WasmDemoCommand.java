package org.llmsys.shell.internal;

import org.llmsys.assembly.Problem;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.osgi.service.component.annotations.Component;

/** The page in the browser has an engine of its own: the script serves it. Here the command only says so. */
@Component(property = Command.NAME + "=wasm-demo")
public final class WasmDemoCommand implements Command {

    @Override
    public int run(Arguments arguments, Console console) {
        throw Problem.misused("no page is served inside a workbench", "the page has an engine of its own and needs none",
                "leave it and run ./llmsys wasm-demo");
    }
}
