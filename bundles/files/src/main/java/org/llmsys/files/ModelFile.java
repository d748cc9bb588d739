package org.llmsys.files;

import java.nio.file.Path;
import java.util.Map;

import org.llmsys.tensor.Tensor;

/**
 * What a model file holds, before anyone knows what kind of model it is: in the words of Hugging Face, whatever the form it came from.
 *
 * <p>Tensors may be mapped: the file's own bytes, not copied and not to be set. They can be read until {@link #close}, which belongs to
 * whoever called {@link ModelFormat#read}: close it when everything needed was copied, or keep it as long as the tensors and close it with
 * the model. Tensors on the heap outlive it. {@link ModelFormat#write} closes nothing.
 *
 * <p>Linear weights stand as the Hugging Face file of their family has them, with one exception: a tensor of a block type
 * ({@code dtype().blocked()}) always stands as (out, in), also under a name of GPT-2, because blocks lie along the input axis and
 * cannot be turned.
 *
 * @param config         the content of config.json, as JSON text; {@code llmsys.rope_pairing} says how rotary positions pair the features
 * @param tokenizer      the content of tokenizer.json, as JSON text; null when there is none
 * @param tensors        name to tensor, in file order
 * @param metadata       the file's own notes, name to text
 * @param tokenizerFile  the file or folder in which a tokenizer of another form lies, for whoever reads tokenizers; null when there is none
 * @param tokenizerForms the tokenizer as files of other forms, for writers, name to bytes: {@code tokenizer.bin} (llama2.c) and
 *                       {@code tokenizer.gguf} (a GGUF header with its {@code tokenizer.ggml.*} keys); empty when read
 */
public record ModelFile(String config, String tokenizer, Map<String, Tensor> tensors, Map<String, String> metadata, Path tokenizerFile,
        Map<String, byte[]> tokenizerForms) implements AutoCloseable {

    /** Without a tokenizer of another form. */
    public ModelFile(String config, String tokenizer, Map<String, Tensor> tensors, Map<String, String> metadata) {
        this(config, tokenizer, tensors, metadata, null, Map.of());
    }

    /** Whether a file of this name in a model's folder describes that model, so that it goes when another model is saved there. */
    public static boolean owns(String fileName) {
        return fileName.endsWith(".safetensors") || fileName.endsWith(".json");
    }

    /** Lets go of mapped files; their tensors can no longer be read. Harmless for tensors on the heap, and a second time. */
    @Override
    public void close() {
        tensors.values().forEach(tensor -> tensor.storage().close());
    }
}
