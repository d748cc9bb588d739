package org.llmsys.autograd;

/**
 * A part of a network: from one variable to another. Built over its weights, with its needs declared; holds no state of a pass, so
 * one layer serves any number of threads.
 */
@FunctionalInterface
public interface Layer {

    /** Computes forward and leaves the backward rules on the pass's tape. */
    Variable forward(Variable x, Pass pass);
}
