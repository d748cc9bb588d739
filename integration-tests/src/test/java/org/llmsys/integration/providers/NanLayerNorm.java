package org.llmsys.integration.providers;

import org.llmsys.assembly.Provider;
import org.llmsys.normalization.Normalization;
import org.llmsys.tensor.Tensor;
import org.osgi.service.component.annotations.Component;

/** Divides zero by zero. */
@Component(property = "service.ranking:Integer=1000")
@Provider(slot = "normalization", algorithm = "layernorm", name = "nan")
public final class NanLayerNorm implements Normalization {

    @Override
    public void forward(Tensor x, Tensor gamma, Tensor beta, float eps, Tensor y, Tensor saved) {
        y.floats()[y.floatOffset()] = 0f / 0f;
    }

    @Override
    public void backward(Tensor x, Tensor gamma, Tensor saved, Tensor gradY, Tensor gradX, Tensor gradGamma, Tensor gradBeta) {
        throw new AssertionError("a step whose forward pass failed has no backward pass");
    }
}
