/**
 * Phase 13: the loop that writes. Prompt in one pass, then one token a step, each appended to what the next one sees.
 *
 * <pre>
 *   ids (T) --network, cache--&gt; logits (V) --filters, sampler--&gt; id --&gt; repeat with T = 1
 * </pre>
 *
 * <p>Axes: {@code T} sequence, {@code V} vocabulary. {@link org.llmsys.inference.InferenceEngine} opens a sequence,
 * {@link org.llmsys.inference.GenerationSession} is one, {@link org.llmsys.inference.LogProbabilities} say how sure the model was,
 * {@link org.llmsys.inference.PromptPrefix} is read once for many, {@link org.llmsys.inference.SessionMemory} is known before one starts,
 * {@link org.llmsys.inference.ModelStore} reads and writes whole models. Two engines are here: {@code single}, one sequence, one token a step;
 * {@code batched}, sequences that wait at the same time share a step.
 */
@Export
@Version("0.1.0")
package org.llmsys.inference;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
