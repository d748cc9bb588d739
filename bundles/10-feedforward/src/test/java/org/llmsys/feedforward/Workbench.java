package org.llmsys.feedforward;

import org.llmsys.assembly.Assemblies;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.internal.EagerTape;
import org.llmsys.feedforward.internal.GeGlu;
import org.llmsys.feedforward.internal.GeluMlp;
import org.llmsys.feedforward.internal.ReluMlp;
import org.llmsys.feedforward.internal.SwiGlu;
import org.llmsys.layers.internal.Gelu;
import org.llmsys.layers.internal.GeluTanh;
import org.llmsys.layers.internal.Relu;
import org.llmsys.layers.internal.Silu;
import org.llmsys.matmul.internal.NaiveMatmul;
import org.llmsys.tensor.internal.ScalarElementwise;

/** What the tests of this room compute with: one reference for each algorithm, so that no other provider hides the fault of one. */
final class Workbench {

    private Workbench() {
    }

    static Trial trial() {
        return new Trial(Assemblies.of(new EagerTape(), new NaiveMatmul(), new Gelu(), new GeluTanh(), new Relu(), new Silu(), new ScalarElementwise(),
                new GeluMlp(), new ReluMlp(), new SwiGlu(), new GeGlu()));
    }
}
