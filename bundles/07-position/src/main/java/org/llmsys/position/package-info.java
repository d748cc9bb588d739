/**
 * Phase 07: where a token stands. Attention sees a set; positional encodings make it a sequence.
 *
 * <pre>
 *   sinusoidal  p[t, 2i] = sin(t / 10000^(2i/C)),  p[t, 2i+1] = cos(t / 10000^(2i/C))
 *   learned     p[t, :]  = a row of a weight table (contextLength, C)
 *   additive    x[b, t, :] += p[start + t, :]
 * </pre>
 */
@Export
@Version("0.1.0")
package org.llmsys.position;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
