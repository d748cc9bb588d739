package org.llmsys.embedding;

import org.llmsys.assembly.Assemblies;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.internal.EagerTape;
import org.llmsys.embedding.internal.RowLookup;
import org.llmsys.matmul.internal.NaiveMatmul;
import org.llmsys.tensor.ElementwiseKernel;

/** What the tests of this room compute with: one reference for each algorithm, so that no other provider hides the fault of one. */
final class Workbench {

    private Workbench() {
    }

    static Trial trial() {
        return new Trial(Assemblies.of(new EagerTape(), new NaiveMatmul(), new RowLookup(), ElementwiseKernel.scalar()));
    }
}
