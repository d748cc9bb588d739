/**
 * Phase 03: how a network learns which way to turn each of its weights.
 *
 * <pre>
 *   dLoss/dx = sum over the results y that x went into:  dLoss/dy * dy/dx
 * </pre>
 *
 * <p>A {@link org.llmsys.autograd.Variable} is a tensor that a {@link org.llmsys.autograd.GradientTape} may follow. Every operation
 * computes forward and leaves its backward rule on the tape; {@link org.llmsys.autograd.GradientTape#backward} walks the tape from the
 * loss to the weights. One forward definition serves training and inference: without a recording tape the rules are dropped.
 *
 * <p>To read first: {@link org.llmsys.autograd.Value}, the same idea with single numbers. Then {@link org.llmsys.autograd.Addition} and
 * {@link org.llmsys.autograd.MatrixProduct}, forward and backward side by side, and {@link org.llmsys.autograd.Functions}, where they stand in one
 * line. {@link org.llmsys.autograd.GradientCheck} holds any rule against finite differences, {@link org.llmsys.autograd.ComputationGraph} shows what was
 * computed from what, {@link org.llmsys.autograd.Trial} runs a small network on the spot.
 */
@Export
@Version("0.1.0")
package org.llmsys.autograd;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
