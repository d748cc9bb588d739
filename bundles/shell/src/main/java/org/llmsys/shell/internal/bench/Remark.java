package org.llmsys.shell.internal.bench;

/**
 * A figure beside the time: a row of its own, with which no peer is compared.
 *
 * @param what  follows the case
 * @param value in {@code unit}
 */
record Remark(String what, double value, String unit) {
}
