package org.llmsys.inference.insight;

import java.util.List;

/** Counts how far rows of logits lie apart. */
final class LogitsTally {

    private final double tolerance;
    private double max;
    private int maxPosition = -1;
    private int maxId = -1;
    private double sum;
    private long count;
    private int firstBits = -1;
    private int firstBeyond = -1;
    private int positions;
    private int agreeing;
    private int firstDisagreeing = -1;

    LogitsTally(double tolerance) {
        this.tolerance = tolerance;
    }

    /** How far two numbers lie apart: equal infinities not at all, a number and none beyond every tolerance. */
    static double distance(double a, double b) {
        return a == b || Double.isNaN(a) && Double.isNaN(b) ? 0 : Math.abs(a - b);
    }

    static boolean beyond(double distance, double tolerance) {
        return !(distance <= tolerance);
    }

    void add(int position, float[] a, float[] b) {
        positions++;
        for (int id = 0; id < a.length; id++) {
            double distance = distance(a[id], b[id]);
            if (firstBits < 0 && Float.floatToIntBits(a[id]) != Float.floatToIntBits(b[id])) {
                firstBits = position;
            }
            if (firstBeyond < 0 && beyond(distance, tolerance)) {
                firstBeyond = position;
            }
            if (beyond(distance, max) && !Double.isNaN(max)) {
                max = distance;
                maxPosition = position;
                maxId = id;
            }
            sum += distance;
            count++;
        }
        if (LogitsMath.likeliest(a) == LogitsMath.likeliest(b)) {
            agreeing++;
        } else if (firstDisagreeing < 0) {
            firstDisagreeing = position;
        }
    }

    LogitsDifference difference(String a, String b, List<Integer> ids, int from, LogitsHooks hooks) {
        return new LogitsDifference(a, b, ids, from, positions, tolerance, max, maxPosition, maxId, count == 0 ? 0 : sum / count, firstBits,
                firstBeyond, agreeing, firstDisagreeing, hooks.compared(), hooks.firstBits(), hooks.firstBeyond());
    }
}
