package org.llmsys.tensor;

import java.util.Locale;
import java.util.StringJoiner;

/**
 * A tensor as text: type, shape, and the elements in nested brackets. A long axis shows its first and last three.
 *
 * <pre>
 *   F32 (2, 3)
 *   [[1, 2, 3],
 *    [4, 5, 6]]
 * </pre>
 */
final class TensorPrinter {

    /** An axis longer than twice this is cut in the middle. */
    private static final long EDGE = 3;

    private TensorPrinter() {
    }

    static String print(Tensor t) {
        String head = t.dtype() + " " + t.shape();
        return t.storage().closed() ? head + " of a closed storage" : head + "\n" + body(t, "");
    }

    private static String body(Tensor t, String indent) {
        if (t.shape().rank() == 0) {
            return element(t);
        }
        boolean rows = t.shape().rank() > 1;
        String separator = rows ? "," + "\n".repeat(t.shape().rank() - 1) + indent + " " : ", ";
        StringJoiner parts = new StringJoiner(separator, "[", "]");
        long extent = t.shape().extent(0);
        for (long i = 0; i < extent; i++) {
            if (extent > 2 * EDGE && i == EDGE) {
                parts.add("...");
                i = extent - EDGE;
            }
            parts.add(body(t.select(0, i), indent + " "));
        }
        return parts.toString();
    }

    private static String element(Tensor t) {
        return t.dtype().floating() ? number(t.getDouble()) : Long.toString(t.getLong());
    }

    /** Five digits; no point when there is nothing behind it. */
    private static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e6) {
            return value == 0 && 1 / value < 0 ? "-0" : Long.toString((long) value);
        }
        double rounded = Double.isFinite(value) ? Double.parseDouble(String.format(Locale.ROOT, "%.4e", value)) : value;
        return Double.toString(rounded);
    }
}
