/**
 * Phase 07: where a token stands. Attention sees a set; positional encodings make it a sequence.
 *
 * <pre>
 *   sinusoidal  p[t, 2i] = sin(t / 10000^(2i/C)),  p[t, 2i+1] = cos(t / 10000^(2i/C))
 *   learned     p[t, :]  = a row of a weight table (contextLength, C)
 *   additive    x[b, t, :] += p[start + t, :]
 *   rope        pairs of elements of q and k turned by (start + t) theta^(-2i/HS)
 *   alibi       score[h, t, j] -= m_h (t - j)
 * </pre>
 */
@Export
@Version("0.1.0")
package org.llmsys.position;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
