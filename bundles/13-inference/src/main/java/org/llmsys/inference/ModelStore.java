package org.llmsys.inference;

import java.nio.file.Path;

import org.osgi.annotation.versioning.ProviderType;

/** Reads and writes whole models: a folder with model.safetensors, config.json and tokenizer.json. */
@ProviderType
public interface ModelStore {

    /**
     * The model, to read with: what is multiplied with is laid out in {@link org.llmsys.matmul.WeightPanels}, in the type of the file.
     *
     * @throws org.llmsys.assembly.Problem that lists every tensor missing, extra or of a wrong shape
     */
    LoadedModel load(Path path);

    /** The model, to go on training it: every weight in plain F32. @throws org.llmsys.assembly.Problem as {@link #load} */
    LoadedModel loadToTrain(Path path);

    /** Writes the folder, whole or not at all. */
    void save(LoadedModel model, Path folder);
}
