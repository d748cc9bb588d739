package org.llmsys.inference;

import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.transformer.TransformerModel;

/**
 * A model that can write.
 *
 * @param name      the folder's or file's name
 * @param model     configuration and weights
 * @param tokenizer its vocabulary; null when the file has none
 */
public record LoadedModel(String name, TransformerModel model, Tokenizer tokenizer) {
}
