/**
 * Learning: data, optimizer, schedule, the loop and its checkpoints.
 *
 * <pre>
 *   repeat:  loss = crossEntropy(model(x), y);  g = dLoss/dw, clipped;  w = optimizer(w, g, learningRate(step))
 * </pre>
 *
 * <p>A {@link org.llmsys.training.Trainer} runs it for language models, following a {@link org.llmsys.training.TrainingConfig}; a
 * {@link org.llmsys.training.NetworkTrainer} takes single steps of any network. Slots: {@code optimizer} ({@code sgd}, {@code momentum},
 * {@code adagrad}, {@code adam}, {@code adamw}), {@code schedule} ({@code constant}, {@code warmup-cosine}), {@code batches}
 * ({@code random-windows}, {@code sequential-windows},
 * {@code shuffled-windows}).
 * Everything random is a function of seed and step, so a {@link org.llmsys.training.Checkpoint} needs only the step to go on, bit for bit.
 *
 * <p>Axes: {@code B} batch, {@code T} sequence (the context length), {@code V} vocabulary.
 */
@Export
@Version("0.1.0")
package org.llmsys.training;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
