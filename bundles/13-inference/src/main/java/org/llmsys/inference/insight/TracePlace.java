package org.llmsys.inference.insight;

import org.llmsys.tensor.Shape;

/**
 * A place of a model that can be looked at.
 *
 * @param name       as TransformerLens names it
 * @param shape      for the text that was read
 * @param recomputed whether the step's own kernels never hold it, so that the reference computes it for the look
 */
public record TracePlace(String name, Shape shape, boolean recomputed) {
}
