package org.llmsys.shell.internal.bench;

import java.util.Map;

import org.llmsys.shell.Json;

/**
 * One result.
 *
 * @param slot      the slot, or {@code all} where many work together
 * @param name      the provider, or the model
 * @param what      the case: a size, a part
 * @param value     in {@code unit}
 * @param peer      null when none ran
 * @param peerValue in {@code unit} too; NaN without a peer
 * @param ratio     above 1: we are faster; NaN without a peer
 */
public record Row(String slot, String name, String what, int threads, double value, String unit, String peer, double peerValue, double ratio) {

    /** A result without a peer. */
    static Row alone(String slot, String name, String what, int threads, double value, String unit) {
        return new Row(slot, name, what, threads, value, unit, null, Double.NaN, Double.NaN);
    }

    /** As {@code --json} prints it. */
    public Map<String, Object> json() {
        Map<String, Object> object = Json.object("slot", slot, "name", name, "case", what, "threads", threads, "value", value, "unit", unit);
        if (peer != null) {
            object.put("peer", peer);
            object.put("peerValue", peerValue);
            object.put("ratio", ratio);
        }
        return object;
    }

    /** As one process tells it to another: with tabs between. */
    public String line() {
        return String.join("\t", slot, name, what, Integer.toString(threads), Double.toString(value), unit, peer == null ? "" : peer,
                Double.toString(peerValue), Double.toString(ratio));
    }

    /** What {@link #line} gave. */
    static Row ofLine(String line) {
        String[] cells = line.split("\t", -1);
        return new Row(cells[0], cells[1], cells[2], Integer.parseInt(cells[3]), Double.parseDouble(cells[4]), cells[5],
                cells[6].isEmpty() ? null : cells[6], Double.parseDouble(cells[7]), Double.parseDouble(cells[8]));
    }
}
