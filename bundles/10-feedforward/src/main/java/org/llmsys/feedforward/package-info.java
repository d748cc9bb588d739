/**
 * Phase 10: the network that each token passes alone.
 *
 * <pre>
 *   gelu-mlp   y = gelu(x·W1 + b1)·W2 + b2         x, y (B,T,C), W1 (C,F), W2 (F,C)
 * </pre>
 */
@Export
@Version("0.1.0")
package org.llmsys.feedforward;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
