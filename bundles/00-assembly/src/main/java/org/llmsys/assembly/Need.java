package org.llmsys.assembly;

/**
 * One service that a layer will ask each step for. Made by {@link Needs#add}; valid for the steps of the plan it was declared for.
 *
 * @param type      the slot's interface
 * @param slot      the slot's name
 * @param algorithm the algorithm, or {@link #ANY} for the slot's choice
 * @param index     its place in the step's array
 */
public record Need<T>(Class<T> type, String slot, String algorithm, int index) {

    /** As algorithm: whatever serves the slot. For slots a model's configuration does not name, such as {@code sampler}. */
    public static final String ANY = "*";
}
