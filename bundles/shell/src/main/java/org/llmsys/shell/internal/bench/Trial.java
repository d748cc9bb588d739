package org.llmsys.shell.internal.bench;

import java.util.List;
import java.util.function.Supplier;

/**
 * One thing to measure: who does it here, and how a peer is asked to do the same.
 *
 * @param slot         of the providers
 * @param what         the case, for people
 * @param measures     how the seconds are shown, a row each
 * @param contestants  ours, made when their turn comes, so that one trial's memory is free before the next one begins
 * @param question     what a peer is asked: a case and sizes, with spaces between
 * @param turnSeconds  how long one turn shall last; a contestant is warm when the time of five turns, twice, has brought nothing better
 */
record Trial(String slot, String what, List<Measure> measures, Supplier<List<Contestant>> contestants, String question, double turnSeconds) {

    /** Seconds, for what takes milliseconds or less. */
    static final double SHORT_TURN = 0.1;
}
