package org.llmsys.autograd.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.autograd.GradientTape;
import org.llmsys.autograd.PassMemory;
import org.llmsys.autograd.TapeFactory;
import org.osgi.service.component.annotations.Component;

/**
 * Reverse-mode differentiation with an eager tape: each operation is computed at once and taken down as it happens, so ordinary Java
 * (loops, ifs, recursion) decides what the network is.
 *
 * @see <a href="https://arxiv.org/abs/1502.05767">Baydin et al. 2018, Automatic Differentiation in Machine Learning: a Survey</a>
 */
@Component
@Provider(slot = "tape", algorithm = TapeFactory.ALGORITHM, name = "eager", numerics = "reverse-order",
        summary = "takes operations down as they happen, walks them backwards once", reference = "https://arxiv.org/abs/1502.05767")
public final class EagerTape implements TapeFactory {

    @Override
    public GradientTape open(PassMemory memory) {
        return new RecordingTape(() -> new CollectedGradients(memory));
    }
}
