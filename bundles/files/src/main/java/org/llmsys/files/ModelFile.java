package org.llmsys.files;

import java.util.Map;

import org.llmsys.tensor.Tensor;

/**
 * What a model file holds, before anyone knows what kind of model it is.
 *
 * @param config        the content of config.json, as JSON text
 * @param tokenizer     the content of tokenizer.json, as JSON text; null when there is none
 * @param tensors       name to tensor, in file order
 * @param metadata      the file's own notes, name to text
 */
public record ModelFile(String config, String tokenizer, Map<String, Tensor> tensors, Map<String, String> metadata) {

    /** Whether a file of this name in a model's folder describes that model, so that it goes when another model is saved there. */
    public static boolean owns(String fileName) {
        return fileName.endsWith(".safetensors") || fileName.endsWith(".json");
    }
}
