package org.llmsys.layers;

/** What becomes of the losses of all rows. */
public enum LossReduction {

    /** They stay as they are: one loss a target. */
    NONE,
    /** Their sum, divided by the number of rows that count; with class weights, by the sum of these rows' weights. */
    MEAN,
    /** Their sum. */
    SUM
}
