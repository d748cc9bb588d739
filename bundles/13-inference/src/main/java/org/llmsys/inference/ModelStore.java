package org.llmsys.inference;

import java.nio.file.Path;

import org.osgi.annotation.versioning.ProviderType;

/** Reads and writes whole models: a folder with model.safetensors, config.json and tokenizer.json. */
@ProviderType
public interface ModelStore {

    /** @throws org.llmsys.assembly.Problem that lists every tensor missing, extra or of a wrong shape */
    LoadedModel load(Path path);

    /** Writes the folder, whole or not at all. */
    void save(LoadedModel model, Path folder);
}
