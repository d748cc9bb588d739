package org.llmsys.inference.insight;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.inference.insight.LogitsDifference.Place;
import org.llmsys.tensor.Tensor;

/**
 * Looks for the first place at which two sides differ, in the order of the computation: what side A showed in a step is kept until side B has made
 * the same step. When both kinds of first place are found nobody looks any more.
 */
final class LogitsHooks {

    private final double tolerance;
    /** What side A showed, part by part. */
    private final List<Map<String, Tensor>> kept = new ArrayList<>();
    private int compared;
    private Place firstBits;
    private Place firstBeyond;

    LogitsHooks(double tolerance) {
        this.tolerance = tolerance;
    }

    int compared() {
        return compared;
    }

    Place firstBits() {
        return firstBits;
    }

    Place firstBeyond() {
        return firstBeyond;
    }

    private boolean found() {
        return firstBits != null && firstBeyond != null;
    }

    /** Looks at side A. */
    LogitsLook first() {
        kept.clear();
        return look((position, seen) -> kept.add(seen));
    }

    /** Looks at side B, which reads what side A has just read. */
    LogitsLook second() {
        return look((position, seen) -> {
            Map<String, Tensor> other = kept.removeFirst();
            seen.forEach((place, value) -> compare(place, other.get(place), value, position));
        });
    }

    private interface Committed {
        void accept(int position, Map<String, Tensor> seen);
    }

    private LogitsLook look(Committed committed) {
        return new LogitsLook() {
            private Map<String, Tensor> seen = Map.of();
            private int from;

            @Override
            public Hooks begin(int position) {
                Map<String, Tensor> attempt = new LinkedHashMap<>();
                seen = attempt;
                from = position;
                return found() ? null : (place, x, pass) -> keep(attempt, place, x);
            }

            @Override
            public void committed() {
                committed.accept(from, seen);
            }
        };
    }

    private static Variable keep(Map<String, Tensor> attempt, String place, Variable x) {
        attempt.put(place, x.value().copy());
        return x;
    }

    /** Models of other sizes share the names of some places only, and their shapes maybe not. */
    private void compare(String place, Tensor a, Tensor b, int from) {
        if (a == null || !a.shape().equals(b.shape())) {
            return;
        }
        compared++;
        int axis = place.endsWith("hook_attn_scores") || place.endsWith("hook_pattern") ? 2 : 1;
        int bits = -1;
        int beyond = -1;
        double largest = 0;
        for (int t = 0; t < a.shape().extent(axis); t++) {
            Tensor left = a.select(axis, t).copy();
            Tensor right = b.select(axis, t).copy();
            for (int i = 0; i < left.size(); i++) {
                double distance = LogitsTally.distance(left.floats()[i], right.floats()[i]);
                largest = Double.isNaN(largest) ? largest : LogitsTally.beyond(distance, largest) ? distance : largest;
                bits = bits < 0 && Float.floatToIntBits(left.floats()[i]) != Float.floatToIntBits(right.floats()[i]) ? t : bits;
                beyond = beyond < 0 && LogitsTally.beyond(distance, tolerance) ? t : beyond;
            }
        }
        firstBits = firstBits == null && bits >= 0 ? new Place(place, from + bits, largest) : firstBits;
        firstBeyond = firstBeyond == null && beyond >= 0 ? new Place(place, from + beyond, largest) : firstBeyond;
    }
}
