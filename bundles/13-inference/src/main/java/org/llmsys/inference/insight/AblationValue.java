package org.llmsys.inference.insight;

import org.llmsys.tensor.Tensor;

/** What is put in place of what a part computed. */
public enum AblationValue {

    /** Zeros: the part adds nothing. */
    ZERO {
        @Override
        void fill(Tensor x) {
            x.copyFrom(Tensor.zeros(x.dtype(), x.shape()));
        }
    },

    /** The part's mean over the positions of the text: what it always adds stays, what it says about a position goes. */
    MEAN {
        @Override
        void fill(Tensor x) {
            x.copyFrom(x.mean(true, 1).expand(x.shape()));
        }
    };

    /** @param x shape (B,T,...), overwritten */
    abstract void fill(Tensor x);
}
