/**
 * Phase 08: every token looks back at the tokens before it.
 *
 * <pre>
 *   S = Q·Kᵀ / sqrt(HS)     P = softmax(S, later positions masked)     O = P·V
 * </pre>
 *
 * <p>Axes: {@code B} batch, {@code NH} heads, {@code NKV} key-value heads, {@code T} queries, {@code S} keys (those of earlier steps included), {@code HS} head dim.
 * Query t stands at position {@code S - T + t} and sees keys 0 to {@code S - T + t}.
 */
@Export
@Version("0.1.0")
package org.llmsys.attention;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
