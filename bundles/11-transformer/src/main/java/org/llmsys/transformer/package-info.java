/**
 * Phase 11: blocks stacked into a model.
 *
 * <pre>
 *   x = lookup(ids) + positions                                   (B,T,C)
 *   L times:  x += attention(norm(x));  x += feedforward(norm(x))
 *   logits = norm(x) · tableᵀ                                     (B,T,V)
 * </pre>
 *
 * <p>Axes: {@code B} batch, {@code T} sequence, {@code C} embedding dim, {@code V} vocabulary, {@code L} layers.
 */
@Export
@Version("0.1.0")
package org.llmsys.transformer;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
