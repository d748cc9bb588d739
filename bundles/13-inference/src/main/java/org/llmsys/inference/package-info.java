/**
 * Phase 13: the loop that writes. Prompt in one pass, then one token a step, each appended to what the next one sees.
 *
 * <pre>
 *   ids (T) --network, cache--&gt; logits (V) --filters, sampler--&gt; id --&gt; repeat with T = 1
 * </pre>
 */
@Export
@Version("0.1.0")
package org.llmsys.inference;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
