/**
 * Phase 12: from logits to the next token.
 *
 * <pre>
 *   logits (V) --LogitsFilter*--&gt; logits (V) --Sampler--&gt; id
 * </pre>
 *
 * <p>Filters reshape the distribution ({@code temperature}, {@code top-k}, {@code top-p}, {@code min-p}, the penalties,
 * {@code logit-bias}); a sampler picks ({@code greedy}: the likeliest; {@code categorical}: draws). Axes: {@code V} vocabulary.
 */
@Export
@Version("0.1.0")
package org.llmsys.sampling;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
