package org.llmsys.integration.providers;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Provider;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Variable;
import org.llmsys.feedforward.FeedForward;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.osgi.service.component.annotations.Component;

/** Builds layers whose result has another shape than their input: a structural provider's fault. */
@Component(property = "service.ranking:Integer=1000")
@Provider(slot = "feedforward", algorithm = "gelu-mlp", name = "wrong-shape")
public final class WrongShapeFeedForward implements FeedForward {

    @Override
    public Layer build(FeedForwardSpec spec, Parameters parameters, Needs needs) {
        return (x, pass) -> Variable.constant("wrong", Tensor.zeros(DType.F32, Shape.of(1, 2, 3)));
    }
}
