package org.llmsys.testkit;

import java.util.List;

import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.PassMemory;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.internal.PlainGradients;
import org.llmsys.testkit.internal.PlainTape;

/** Tapes with one mistake each, to hold against the contract. */
final class SpoiltTapes {

    private SpoiltTapes() {
    }

    /** Goes over its operations from first to last. */
    static PlainTape forwards(PassMemory memory) {
        return new PlainTape(memory) {
            @Override
            protected List<Node> order() {
                return nodes();
            }
        };
    }

    /** Takes the first gradient that is added as its own, and adds to it later: what another variable holds too is spoilt. */
    static PlainTape shares(PassMemory memory) {
        return new PlainTape(memory) {
            @Override
            protected Gradients gradients(PassMemory pass) {
                return new PlainGradients(pass) {
                    @Override
                    public void add(Variable variable, Tensor gradient, ElementwiseKernel kernel) {
                        if (of(variable) == null) {
                            keep(variable, gradient);
                        } else {
                            super.add(variable, gradient, kernel);
                        }
                    }
                };
            }
        };
    }
}
