package org.llmsys.shell.internal.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

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
 * @param facts     what else belongs to it, by name, for JSON only
 */
public record Row(String slot, String name, String what, int threads, double value, String unit, String peer, double peerValue, double ratio,
        Map<String, Double> facts) {

    /** A result with nothing else to say. */
    Row(String slot, String name, String what, int threads, double value, String unit, String peer, double peerValue, double ratio) {
        this(slot, name, what, threads, value, unit, peer, peerValue, ratio, Map.of());
    }

    /** A result without a peer. */
    static Row alone(String slot, String name, String what, int threads, double value, String unit) {
        return new Row(slot, name, what, threads, value, unit, null, Double.NaN, Double.NaN);
    }

    /** The same with facts. */
    Row with(Map<String, Double> more) {
        return new Row(slot, name, what, threads, value, unit, peer, peerValue, ratio, more);
    }

    /** As {@code --json} prints it. */
    public Map<String, Object> json() {
        Map<String, Object> object = Json.object("slot", slot, "name", name, "case", what, "threads", threads, "value", value, "unit", unit);
        if (peer != null) {
            object.put("peer", peer);
            object.put("peerValue", peerValue);
            object.put("ratio", ratio);
        }
        object.putAll(facts);
        return object;
    }

    /** As one process tells it to another: with tabs between. */
    public String line() {
        return String.join("\t", slot, name, what, Integer.toString(threads), Double.toString(value), unit, peer == null ? "" : peer,
                Double.toString(peerValue), Double.toString(ratio),
                facts.entrySet().stream().map(fact -> fact.getKey() + "=" + fact.getValue()).collect(Collectors.joining(" ")));
    }

    /** What {@link #line} gave. */
    static Row ofLine(String line) {
        String[] cells = line.split("\t", -1);
        return new Row(cells[0], cells[1], cells[2], Integer.parseInt(cells[3]), Double.parseDouble(cells[4]), cells[5],
                cells[6].isEmpty() ? null : cells[6], Double.parseDouble(cells[7]), Double.parseDouble(cells[8]), facts(cells[9]));
    }

    private static Map<String, Double> facts(String words) {
        Map<String, Double> facts = new LinkedHashMap<>();
        for (String word : words.isEmpty() ? new String[0] : words.split(" ")) {
            int equals = word.indexOf('=');
            facts.put(word.substring(0, equals), Double.valueOf(word.substring(equals + 1)));
        }
        return facts;
    }
}
