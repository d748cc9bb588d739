package org.llmsys.assembly;

/** A provider failed while a step's result was being committed in place (an optimizer): the run stops at its last good checkpoint. */
public final class CommitFault extends RuntimeException {

    private static final long serialVersionUID = 1;

    public CommitFault(String message, Throwable cause) {
        super(message, cause);
    }
}
