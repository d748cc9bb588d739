package org.llmsys.files;

import java.util.Map;

import org.llmsys.tensor.Tensor;

/**
 * What a safetensors file holds.
 *
 * @param tensors  name to tensor, in file order
 * @param metadata the file's own notes, name to text
 */
public record NamedTensors(Map<String, Tensor> tensors, Map<String, String> metadata) {
}
