package org.llmsys.layers;

import org.llmsys.assembly.Assemblies;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.internal.EagerTape;
import org.llmsys.layers.internal.CrossEntropy;
import org.llmsys.layers.internal.Gelu;
import org.llmsys.layers.internal.GeluTanh;
import org.llmsys.layers.internal.HyperbolicTangent;
import org.llmsys.layers.internal.MeanSquaredError;
import org.llmsys.layers.internal.Relu;
import org.llmsys.layers.internal.Sigmoid;
import org.llmsys.layers.internal.Silu;
import org.llmsys.matmul.internal.NaiveMatmul;
import org.llmsys.tensor.internal.ScalarElementwise;

/** What the tests of this room compute with: one reference for each algorithm, so that no other provider hides the fault of one. */
final class Workbench {

    private Workbench() {
    }

    static Trial trial() {
        return new Trial(Assemblies.of(new EagerTape(), new NaiveMatmul(), new ScalarElementwise(), new Relu(), new HyperbolicTangent(), new Sigmoid(),
                new Gelu(), new GeluTanh(), new Silu(), new CrossEntropy(), new MeanSquaredError()));
    }
}
