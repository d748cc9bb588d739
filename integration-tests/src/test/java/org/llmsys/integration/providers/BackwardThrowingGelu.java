package org.llmsys.integration.providers;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Activation;
import org.llmsys.tensor.Tensor;
import org.osgi.service.component.annotations.Component;

/** Answers forward with the identity, and fails when the gradient is asked for: the fault comes late in a step. */
@Component(property = "service.ranking:Integer=1000")
@Provider(slot = "activation", algorithm = "gelu", name = "backward-throws")
public final class BackwardThrowingGelu implements Activation {

    @Override
    public void forward(Tensor x, Tensor y) {
        System.arraycopy(x.floats(), x.floatOffset(), y.floats(), y.floatOffset(), Math.toIntExact(x.size()));
    }

    @Override
    public void backward(Tensor x, Tensor y, Tensor gradY, Tensor gradX) {
        throw new ArithmeticException("no derivative");
    }
}
