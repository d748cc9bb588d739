package org.llmsys.inference.insight;

import org.llmsys.tensor.Tensor;

/**
 * A tensor in five numbers.
 *
 * <pre>
 *   mean = sum of x / n          std = sqrt(sum of (x - mean)² / n)          over the n finite elements
 * </pre>
 *
 * @param mean   not a number when no element is finite, as the next three
 * @param hidden how many elements are not finite: in scores, keys behind the mask are minus infinity
 */
public record TraceStatistics(double mean, double std, double min, double max, long hidden) {

    public static TraceStatistics of(Tensor tensor) {
        Tensor x = tensor.contiguous().reshape(tensor.size());
        long count = 0;
        double sum = 0;
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        for (long i = 0; i < x.size(); i++) {
            double element = x.getDouble(i);
            if (Double.isFinite(element)) {
                count++;
                sum += element;
                min = Math.min(min, element);
                max = Math.max(max, element);
            }
        }
        if (count == 0) {
            return new TraceStatistics(Double.NaN, Double.NaN, Double.NaN, Double.NaN, x.size());
        }
        double mean = sum / count;
        double squares = 0;
        for (long i = 0; i < x.size(); i++) {
            double element = x.getDouble(i);
            squares += Double.isFinite(element) ? (element - mean) * (element - mean) : 0;
        }
        return new TraceStatistics(mean, Math.sqrt(squares / count), min, max, x.size() - count);
    }
}
