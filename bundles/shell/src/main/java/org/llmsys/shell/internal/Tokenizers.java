package org.llmsys.shell.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.files.AtomicFiles;
import org.llmsys.inference.ModelStore;
import org.llmsys.shell.Arguments;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile;
import org.llmsys.tokenizer.TokenizerFile.Form;
import org.llmsys.tokenizer.TokenizerFiles;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Which tokenizer a command works with. A model's is read alone where it lies beside the weights or in a GGUF header, so it starts quickly. */
@Component(service = Tokenizers.class)
public final class Tokenizers {

    private static final String SLOT = "tokenizer";

    private final Assemblies assemblies;
    private final ComponentServiceObjects<ModelStore> models;

    @Activate
    public Tokenizers(@Reference Assemblies assemblies, @Reference ComponentServiceObjects<ModelStore> models) {
        this.assemblies = assemblies;
        this.models = models;
    }

    /** A tokenizer and where it was found; {@code file} is null when the model was read whole. */
    record Opened(Tokenizer tokenizer, Path path, TokenizerFile file) {
    }

    /** That of {@code --tokenizer}, else of {@code --model}, else of the shipped model. */
    Opened chosen(Arguments arguments) {
        Optional<Path> file = arguments.path("--tokenizer");
        if (file.isPresent() && arguments.has("--model")) {
            throw Problem.misused("--tokenizer and --model were both given", "a command works with one tokenizer", "leave one of them out");
        }
        return file.map(this::read).orElseGet(() -> ofModel(Models.path(arguments)));
    }

    /** In a tokenizer file, or in a folder with one. */
    Opened read(Path path) {
        Path current = AtomicFiles.current(path);
        return new Opened(TokenizerFiles.read(current, assemblies), path, TokenizerFiles.recognize(current));
    }

    /** At a path that may be a tokenizer's or a model's. */
    Opened at(Path path) {
        try {
            return read(path);
        } catch (Problem noTokenizer) {
            try {
                return whole(path);
            } catch (Problem noModel) {
                throw noTokenizer;
            }
        }
    }

    private Opened ofModel(Path model) {
        TokenizerFile file;
        try {
            file = TokenizerFiles.recognize(AtomicFiles.current(model));
        } catch (Problem unknown) {
            return whole(model);
        }
        return Files.isDirectory(AtomicFiles.current(model)) || file.form() == Form.GGUF ? read(model) : whole(model);
    }

    private Opened whole(Path model) {
        ModelStore store = models.getService();
        try {
            return new Opened(store.load(model).requireTokenizer(), model, null);
        } finally {
            models.ungetService(store);
        }
    }

    /** The kinds that can be trained. */
    List<String> kinds() {
        return assemblies.current().candidates(SLOT).stream().map(Candidate::name).toList();
    }

    /** @throws Problem when there is no such kind, with the nearest that is */
    String requireKind(String typed) {
        if (!kinds().contains(typed)) {
            throw Problem.misused("there is no kind of tokenizer called " + typed, "the kinds are " + String.join(", ", kinds()),
                    Names.suggestion(typed, kinds()));
        }
        return typed;
    }

    /** A tokenizer of this kind, learned from the text. A cancelled job leaves no tokenizer, also with kinds that do not look at it. */
    Tokenizer train(String kind, String text, TrainingSettings settings, Job job) {
        try (Assemblies.Held<TokenizerType> held = assemblies.hold(TokenizerType.class, kind)) {
            Tokenizer trained = held.provider().train(text, settings, job);
            job.checkpoint();
            return trained;
        }
    }

    /** @throws Problem when this kind cannot be written so */
    void requireForm(String kind, TokenizerOutput output) {
        try (Assemblies.Held<TokenizerType> held = assemblies.hold(TokenizerType.class, kind)) {
            output.requireFormOf(held.provider());
        }
    }

    Assemblies assemblies() {
        return assemblies;
    }
}
