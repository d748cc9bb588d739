package org.llmsys.layers;

import org.llmsys.assembly.Assemblies;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.internal.EagerTape;
import org.llmsys.layers.internal.BinaryCrossEntropy;
import org.llmsys.layers.internal.BinaryCrossEntropyWithLogits;
import org.llmsys.layers.internal.CrossEntropy;
import org.llmsys.layers.internal.Elu;
import org.llmsys.layers.internal.Gelu;
import org.llmsys.layers.internal.GeluTanh;
import org.llmsys.layers.internal.HardSigmoid;
import org.llmsys.layers.internal.HardSwish;
import org.llmsys.layers.internal.Huber;
import org.llmsys.layers.internal.HyperbolicTangent;
import org.llmsys.layers.internal.LeakyRelu;
import org.llmsys.layers.internal.LogSoftmax;
import org.llmsys.layers.internal.MeanAbsoluteError;
import org.llmsys.layers.internal.MeanSquaredError;
import org.llmsys.layers.internal.Mish;
import org.llmsys.layers.internal.NegativeLogLikelihood;
import org.llmsys.layers.internal.ProbabilitySoftmax;
import org.llmsys.layers.internal.QuickGelu;
import org.llmsys.layers.internal.Relu;
import org.llmsys.layers.internal.Sigmoid;
import org.llmsys.layers.internal.Silu;
import org.llmsys.layers.internal.Softplus;
import org.llmsys.matmul.internal.NaiveMatmul;
import org.llmsys.tensor.internal.ScalarElementwise;

/** What the tests of this room compute with: one reference for each algorithm, so that no other provider hides the fault of one. */
final class Workbench {

    private Workbench() {
    }

    static Trial trial() {
        return new Trial(Assemblies.of(new EagerTape(), new NaiveMatmul(), new ScalarElementwise(), new Relu(), new HyperbolicTangent(), new Sigmoid(),
                new Gelu(), new GeluTanh(), new Silu(), new Softplus(), new LeakyRelu(), new Elu(), new HardSigmoid(), new HardSwish(), new Mish(),
                new QuickGelu(), new ProbabilitySoftmax(), new LogSoftmax(),
                new CrossEntropy(), new NegativeLogLikelihood(), new MeanSquaredError(), new MeanAbsoluteError(), new Huber(),
                new BinaryCrossEntropy(), new BinaryCrossEntropyWithLogits()));
    }
}
