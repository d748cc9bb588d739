/**
 * Phase 09: keeps the numbers of a deep network in range.
 *
 * <pre>
 *   layernorm  y = gamma * (x - mean) / sqrt(variance + eps) + beta        over the last axis
 *   rmsnorm    y = gamma * x / sqrt(mean of x² + eps)
 * </pre>
 *
 * <p>Axes: {@code N} rows, {@code C} features.
 */
@Export
@Version("0.1.0")
package org.llmsys.normalization;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
