/**
 * Phase 04: the parts that networks are made of.
 *
 * <pre>
 *   Linear      y = x·W + b          x (..., in), W (in, out), b (out)
 *   Activation  y = f(x)             element by element
 *   Softmax     scores to probabilities, or to their logarithms
 *   Loss        how far the network is from the truth: one number a row, and one for all of them
 *   BatchNorm   every channel of x (N,C,...) to mean 0 and deviation 1, and GroupNorm
 *   Conv2d      kernels slid over pictures     x (N,Cin,H,W), W (Cout,Cin/groups,kH,kW), y (N,Cout,OH,OW)
 *   MaxPool2d   the largest of what a window sees, and AveragePool2d, GlobalPool
 *   Lstm        a state carried along a sequence     x (B,T,C), y (B,T,H), and Rnn, Gru
 * </pre>
 *
 * <p>Activations: {@code relu}, {@code leaky-relu}, {@code elu}, {@code softplus}, {@code tanh}, {@code sigmoid}, {@code hard-sigmoid},
 * {@code gelu} (exact), {@code gelu-tanh} (GPT-2's approximation), {@code quick-gelu}, {@code silu}, {@code hard-swish}, {@code mish}.
 * Softmaxes: {@code softmax}, {@code log-softmax}. Losses: {@code cross-entropy}, {@code negative-log-likelihood},
 * {@code mean-squared-error}, {@code mean-absolute-error}, {@code huber}, {@code binary-cross-entropy},
 * {@code binary-cross-entropy-with-logits}. Besides: {@link org.llmsys.layers.Dropout}, {@link org.llmsys.layers.Flatten},
 * {@link org.llmsys.layers.Sequential}, and for weights that have not learned yet {@link org.llmsys.layers.FreshWeights} and
 * {@link org.llmsys.layers.Initialization}.
 *
 * <p>Axes: {@code N} rows, {@code in}/{@code out} features, {@code V} classes.
 */
@Export
@Version("0.1.0")
package org.llmsys.layers;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
