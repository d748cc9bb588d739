/**
 * Phase 11: blocks stacked into a model.
 *
 * <pre>
 *   x = lookup(ids) + positions                                   (B,T,C)
 *   L times:  x += attention(norm(x));  x += feedforward(norm(x))       or another block
 *   logits = norm(x) · tableᵀ                                     (B,T,V)
 * </pre>
 *
 * <p>Axes: {@code B} batch, {@code T} sequence, {@code C} embedding dim, {@code V} vocabulary, {@code L} layers.
 *
 * <p>{@link org.llmsys.transformer.ModelConfig} says what a model is, {@link org.llmsys.transformer.ModelWeights} holds what it
 * learned, {@link org.llmsys.transformer.TransformerModel} is both, and builds the {@link org.llmsys.transformer.TransformerNetwork}
 * that steps compute with, or the {@link org.llmsys.transformer.TransformerEncoder}; {@link org.llmsys.transformer.EncoderDecoderModel} is two
 * stacks. {@link org.llmsys.transformer.TransformerBlock} is the slot: how sublayers are put together.
 *
 * @see <a href="https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf">Radford et al. 2019 (GPT-2)</a>
 */
@Export
@Version("0.1.0")
package org.llmsys.transformer;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
