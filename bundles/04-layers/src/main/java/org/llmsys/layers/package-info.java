/**
 * Phase 04: the parts that networks are made of.
 *
 * <pre>
 *   Linear      y = x·W + b          x (..., in), W (in, out), b (out)
 *   Activation  y = f(x)             element by element
 *   Loss        one number: how far the network is from the truth
 * </pre>
 *
 * <p>Activations: {@code relu}, {@code tanh}, {@code sigmoid}, {@code gelu} (exact), {@code gelu-tanh} (GPT-2's approximation), {@code silu}.
 * Losses: {@code cross-entropy}, {@code mean-squared-error}. Besides: {@link org.llmsys.layers.Dropout},
 * {@link org.llmsys.layers.Sequential}, and {@link org.llmsys.layers.Initialization} for weights that have not learned yet.
 *
 * <p>Axes: {@code N} rows, {@code in}/{@code out} features, {@code V} classes.
 */
@Export
@Version("0.1.0")
package org.llmsys.layers;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
