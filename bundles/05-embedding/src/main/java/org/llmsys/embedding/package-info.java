/**
 * Phase 05: from token ids to vectors, and back.
 *
 * <pre>
 *   lookup   x[n, :] = table[ids[n], :]              ids (N), table (V, C), x (N, C)
 *   sum      x[b, t, :] = tokens[ids[b, t], :] + positions[start + t, :]
 *   output   logits = x · tableᵀ                     the tied output projection: the same table read the other way round
 * </pre>
 *
 * <p>Axes: {@code N} ids, {@code V} vocabulary, {@code C} embedding dim.
 */
@Export
@Version("0.1.0")
package org.llmsys.embedding;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
