package org.llmsys.feedforward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.feedforward.FeedForward.FeedForwardSpec;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;

/** The code of the room's README runs here, and gives what the README says. */
class ReadmeTest {

    @Test
    @DisplayName("11 at 3 and 17 at -3, and the gradient check passes")
    void byHand() {
        Trial trial = new Trial(ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies());
        NamedWeights weights = NamedWeights.of(
                Variable.parameter("mlp.c_fc.weight", Tensor.of(Shape.of(1, 2), 1, -1)), Variable.parameter("mlp.c_fc.bias", Tensor.of(Shape.of(2), 0, 1)),
                Variable.parameter("mlp.c_proj.weight", Tensor.of(Shape.of(2, 1), 2, 3)), Variable.parameter("mlp.c_proj.bias", Tensor.of(Shape.of(1), 5)));
        FeedForwardSpec spec = new FeedForwardSpec(1, 2, "relu", 0, 0);             // C, F, activation, dropout, block
        Blueprint<Layer> mlp = needs -> needs.structure(FeedForward.class, "relu-mlp").build(spec, weights.scope("mlp"), needs);
        Variable x = Variable.parameter("x", Tensor.of(Shape.of(1, 2, 1), 3, -3));  // (B,T,C)
        trial.infer(mlp, (network, pass) -> System.out.println(network.forward(x, pass).value()));          // 11, 17
        trial.gradientCheck("relu-mlp", mlp, (network, pass) -> network.forward(x, pass), x);               // the way back is right
        trial.infer(mlp, (network, pass) -> assertArrayEquals(new float[] {11, 17}, network.forward(x, pass).value().floats()));
    }
}
