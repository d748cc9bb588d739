/**
 * Phase 10: the network that each token passes alone.
 *
 * <pre>
 *   gelu-mlp   y = gelu(x·W1 + b1)·W2 + b2         x, y (B,T,C), W1 (C,F), W2 (F,C)
 *   relu-mlp   y = relu(x·W1 + b1)·W2 + b2
 *   swiglu     y = (silu(x·G) * (x·U))·D           G, U (C,F), D (F,C)
 *   geglu      y = (gelu(x·G) * (x·U))·D
 * </pre>
 *
 * <p>Axes: {@code B} batch, {@code T} sequence, {@code C} embedding dim, {@code F} hidden dim.
 */
@Export
@Version("0.1.0")
package org.llmsys.feedforward;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
