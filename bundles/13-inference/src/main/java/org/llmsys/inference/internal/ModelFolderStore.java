package org.llmsys.inference.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Problem;
import org.llmsys.files.ModelFile;
import org.llmsys.files.ModelFormat;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.ModelStore;
import org.llmsys.tensor.Tensor;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFiles;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelConfigJson;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Makes a model of what a file format found, and the other way round.
 *
 * <pre>
 *   path --format--&gt; config.json, tokenizer.json, tensors --checked against each other--&gt; LoadedModel
 * </pre>
 *
 * <p>Formats and kinds of tokenizer are asked in the workbench's order, so a plug-in's are found too.
 */
@Component
public final class ModelFolderStore implements ModelStore {

    private static final String WRITTEN_AS = "safetensors";

    private final Assemblies assemblies;

    @Activate
    public ModelFolderStore(@Reference Assemblies assemblies) {
        this.assemblies = assemblies;
    }

    @Override
    public LoadedModel load(Path path) {
        try (ModelFile file = read(path)) {                      // all that the model needs of it is copied
            ModelConfig config = ModelConfigJson.read(file.config());
            ModelWeights weights = ModelWeightNames.weights(file.tensors(), config, path);
            String name = String.valueOf(path.toAbsolutePath().normalize().getFileName());
            TransformerModel model = new TransformerModel(config, weights);
            try {
                return new LoadedModel(name, model, tokenizer(file, config), null);
            } catch (Problem e) {                                // weights alone are useful too: whoever needs text asks requireTokenizer
                return new LoadedModel(name, model, null, e.getMessage() + ": " + e.why());
            }
        }
    }

    private ModelFile read(Path path) {
        List<Candidate> formats = assemblies.current().candidates("format");
        for (Candidate format : formats) {
            try (Assemblies.Held<ModelFormat> held = assemblies.hold(ModelFormat.class, format.name())) {
                if (held.provider().recognizes(path)) {
                    return held.provider().read(path);
                }
            }
        }
        String standard = assemblies.current().serving("format", WRITTEN_AS).map(Candidate::name).orElseThrow(() -> noFormat("read", path));
        try (Assemblies.Held<ModelFormat> held = assemblies.hold(ModelFormat.class, standard)) {
            return held.provider().read(path);               // it knows best what is missing
        }
    }

    private Tokenizer tokenizer(ModelFile file, ModelConfig config) {
        if (file.tokenizer() == null && file.tokenizerFile() == null) {
            throw Problem.failed("no tokenizer", "there is no tokenizer.json or other vocabulary with the weights", "");
        }
        Tokenizer tokenizer = file.tokenizer() != null ? TokenizerFiles.parse(file.tokenizer(), assemblies)
                : TokenizerFiles.read(file.tokenizerFile(), assemblies);
        if (tokenizer.vocabSize() > config.vocabSize()) {
            throw Problem.failed("its tokenizer belongs to another model", "it has " + tokenizer.vocabSize()
                    + " tokens, the model has " + config.vocabSize(), "");
        }
        return tokenizer;
    }

    @Override
    public void save(LoadedModel model, Path folder) {
        String format = assemblies.current().serving("format", WRITTEN_AS).map(Candidate::name).orElseThrow(() -> noFormat("write", folder));
        Map<String, Tensor> tensors = ModelWeightNames.tensors(model.model().weights(), model.model().config());
        ModelFile file = new ModelFile(ModelConfigJson.write(model.model().config()),
                model.tokenizer() == null ? null : model.tokenizer().toJson(), tensors, Map.of());
        try (Assemblies.Held<ModelFormat> held = assemblies.hold(ModelFormat.class, format)) {
            held.provider().write(folder, file);
        }
    }

    private Problem noFormat(String verb, Path path) {
        return Problem.failed("cannot " + verb + " " + path, "nothing serves slot format with algorithm " + WRITTEN_AS,
                "start the bundle org.llmsys.files");
    }
}
