package org.llmsys.autograd.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.autograd.GradientTape;
import org.llmsys.autograd.PassMemory;
import org.llmsys.autograd.TapeFactory;
import org.osgi.service.component.annotations.Component;

/**
 * The eager tape with the bookkeeping of gradients fused into the rules: the first gradient that reaches a variable is written where it
 * belongs instead of being added to zeros, a sum passes its gradient on without a copy, and memory is lent again as soon as a gradient has
 * been used. What is added, and in which order, is the same.
 *
 * <p>Idea: zeroing, adding and copying move as many bytes as the rules themselves, and gradients that are dead still push live ones out of
 * the cache.
 *
 * @see SharedGradients
 */
@Component(property = "service.ranking:Integer=10")
@Provider(slot = "tape", algorithm = TapeFactory.ALGORITHM, name = "fusing", numerics = "reverse-order",
        summary = "writes first gradients in place, shares those of sums, reuses their memory", reference = "https://arxiv.org/abs/1604.06174")
public final class FusingTape implements TapeFactory {

    @Override
    public GradientTape open(PassMemory memory) {
        return new RecordingTape(() -> new SharedGradients(memory));
    }
}
