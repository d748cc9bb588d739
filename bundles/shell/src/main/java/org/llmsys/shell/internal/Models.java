package org.llmsys.shell.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.ModelStore;
import org.llmsys.shell.Arguments;
import org.llmsys.transformer.ModelConfig;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Which model a command works with: the one of {@code --model}, else the shipped one. */
@Component(service = Models.class)
public final class Models {

    private final ModelStore store;
    private final Assemblies assemblies;

    @Activate
    public Models(@Reference ModelStore store, @Reference Assemblies assemblies) {
        this.store = store;
        this.assemblies = assemblies;
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
                    ? "give --model a folder that train or convert wrote, or a file of a model: .safetensors, .gguf, .bin" : "train one with ./llmsys demo and give --model its folder");
        }
        return path;
    }

    /** @throws Problem when it cannot be read, and when its configuration asks for an algorithm that no bundle here brings: nobody waits for that one */
    LoadedModel load(Arguments arguments) {
        Path path = path(arguments);
        LoadedModel model = store.load(path);
        ModelConfig config = model.model().config();
        Map<String, String> asked = Map.of("block", config.block(), "normalization", config.normalization(), "position", config.position(),
                "feedforward", config.feedforward(), "activation", config.activation());
        asked.forEach((slot, algorithm) -> {
            if (assemblies.current().serving(slot, algorithm).isEmpty()) {
                throw Problem.failed("cannot compute the model " + path, "its configuration asks for the " + slot + " " + algorithm + ", which nothing here computes",
                        "install a bundle that does, or use another model; ./llmsys services --slot " + slot + " lists what is there");
            }
        });
        return model;
    }
}
