package org.llmsys.assembly;

/**
 * How to build what a step computes with: a network over its weights, with every need declared.
 *
 * <p>Called again when a structural provider changes, so it must be cheap: it arranges references, it copies no weights.
 */
@FunctionalInterface
public interface Blueprint<P> {

    /** Builds the plan and declares its needs. */
    P build(Needs needs);
}
