package org.llmsys.assembly;

/** Nothing serves a need at the moment. Thrown inside {@link Blueprint#build}; the lease turns it into a pause. */
public final class MissingProvider extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String slot;
    private final String algorithm;

    public MissingProvider(String slot, String algorithm) {
        super("nothing serves " + slot + ":" + algorithm);
        this.slot = slot;
        this.algorithm = algorithm;
    }

    public String slot() {
        return slot;
    }

    public String algorithm() {
        return algorithm;
    }
}
