package org.llmsys.inference.insight;

import org.llmsys.autograd.Hooks;

/** Somebody who looks into the steps of a {@link LogitsReader}. */
interface LogitsLook {

    /**
     * A new attempt at a step begins; what an earlier attempt at it showed does not count.
     *
     * @param position of the first id that the step reads
     */
    Hooks begin(int position);

    /** The last attempt was found good. */
    void committed();
}
