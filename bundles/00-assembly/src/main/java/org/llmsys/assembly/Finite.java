package org.llmsys.assembly;

/** Something made of numbers that can say whether all of them are finite. Room 00 asks it when it looks for the source of a NaN. */
public interface Finite {

    /** True when no element is NaN or infinite. */
    boolean allFinite();
}
