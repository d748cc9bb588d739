package org.llmsys.autograd;

import org.llmsys.assembly.Assemblies;
import org.llmsys.autograd.internal.EagerTape;
import org.llmsys.autograd.internal.FusingTape;
import org.llmsys.matmul.internal.NaiveMatmul;
import org.llmsys.tensor.internal.ScalarElementwise;

/** What the tests of this room compute with: one reference for each slot, so that no other provider hides the fault of one. */
final class Workbench {

    private Workbench() {
    }

    static Trial trial() {
        return trial(new EagerTape());
    }

    static Trial fusing() {
        return trial(new FusingTape());
    }

    private static Trial trial(TapeFactory tape) {
        return new Trial(Assemblies.of(tape, new NaiveMatmul(), new ScalarElementwise()));
    }
}
