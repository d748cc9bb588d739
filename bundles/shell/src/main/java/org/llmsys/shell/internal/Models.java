package org.llmsys.shell.internal;

import java.nio.file.Files;
import java.nio.file.Path;

import org.llmsys.assembly.Problem;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.ModelStore;
import org.llmsys.shell.Arguments;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Which model a command works with: the one of {@code --model}, else the shipped one. */
@Component(service = Models.class)
public final class Models {

    private final ModelStore store;

    @Activate
    public Models(@Reference ModelStore store) {
        this.store = store;
    }

    /** Where the house stands: the script says. */
    static Path root() {
        return Path.of(System.getProperty("llmsys.root", ".")).toAbsolutePath().normalize();
    }

    /** Where a run writes. */
    static Path home() {
        return Path.of(System.getProperty("llmsys.home", ".llmsys")).toAbsolutePath().normalize();
    }

    static Path shipped() {
        return root().resolve("workspace").resolve("model");
    }

    static Path corpus() {
        return root().resolve("workspace").resolve("corpus").resolve("stories.txt");
    }

    /** The folder or file of the command's model. @throws Problem when it is not there */
    static Path path(Arguments arguments) {
        Path path = arguments.path("--model").orElseGet(Models::shipped);
        if (!Files.exists(path)) {
            throw Problem.failed("there is no model at " + path, "no such file or folder", arguments.has("--model")
                    ? "give --model the folder that train or demo wrote" : "train one with ./llmsys demo and give --model its folder");
        }
        return path;
    }

    LoadedModel load(Arguments arguments) {
        return store.load(path(arguments));
    }
}
