package org.llmsys.autograd.internal;

import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Variable;

/** Gradients as the tape that walks back sees them: it also says what is over. */
interface GradientStore extends Gradients {

    /** The rule of the operation that made this variable has run: nobody asks for its gradient any more. */
    void consumed(Variable output);

    /** The walk is over; what is left are the gradients of given variables, each in memory of its own. */
    void finish();
}
