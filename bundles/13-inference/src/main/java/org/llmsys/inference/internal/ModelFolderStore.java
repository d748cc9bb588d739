package org.llmsys.inference.internal;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.files.ModelFile;
import org.llmsys.files.ModelFiles;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.ModelSource;
import org.llmsys.inference.ModelStore;
import org.llmsys.tensor.Tensor;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFiles;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelConfigJson;
import org.llmsys.transformer.ModelWeightNames;
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
        Optional<ModelSource> source = ModelSource.at(path);                              // before it is read: what changes meanwhile is noticed
        return load(path, ModelWeightNames::weights, source);
    }

    @Override
    public LoadedModel loadToTrain(Path path) {
        return load(path, ModelWeightNames::trainable, Optional.empty());
    }

    /** Which weights a file's tensors make. */
    private interface Arrangement {
        ModelWeights weights(Map<String, Tensor> file, ModelConfig config, Path path);
    }

    private LoadedModel load(Path path, Arrangement arrangement, Optional<ModelSource> source) {
        try (ModelFile file = ModelFiles.read(path, assemblies)) {                      // all that the model needs of it is copied
            ModelConfig config = config(file, path);
            String name = String.valueOf(path.toAbsolutePath().normalize().getFileName());
            TransformerModel model = new TransformerModel(config, arrangement.weights(file.tensors(), config, path));
            Set<Integer> ends = ModelConfigJson.endTokens(file.config(), config.vocabSize());
            try {
                return new LoadedModel(name, model, tokenizer(file, config), null, ends, source);
            } catch (Problem e) {                                // weights alone are useful too: whoever needs text asks requireTokenizer
                return new LoadedModel(name, model, null, e.getMessage() + ": " + e.why(), ends, source);
            }
        }
    }

    private static ModelConfig config(ModelFile file, Path path) {
        try {
            return ModelConfigJson.read(file.config());
        } catch (Problem e) {
            throw new Problem("cannot read the model " + path, e.getMessage() + ": " + e.why(), e.fix(), e.exitStatus(), e);
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
        Map<String, Tensor> tensors = ModelWeightNames.tensors(model.model().weights(), model.model().config());
        ModelFile file = new ModelFile(ModelConfigJson.write(model.model().config()),
                model.tokenizer() == null ? null : model.tokenizer().toJson(), tensors, Map.of());
        ModelFiles.write(folder, file, WRITTEN_AS, assemblies, Job.silent("save"));
    }
}
