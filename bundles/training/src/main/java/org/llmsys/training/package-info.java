/**
 * Learning: data, optimizer, schedule, the loop and its checkpoints.
 *
 * <pre>
 *   repeat:  loss = crossEntropy(model(x), y);  g = dLoss/dw, clipped;  w = optimizer(w, g, learningRate(step))
 * </pre>
 */
@Export
@Version("0.1.0")
package org.llmsys.training;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
