package org.llmsys.layers;

import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * Mean and variance of each channel of x (N, C, ...), in double.
 *
 * <pre>
 *   mean[c] = sum of x[:, c, ...] / M          variance[c] = sum of (x[:, c, ...] - mean[c])² / M          M = N * ...
 * </pre>
 *
 * @param count M, how many numbers a channel has
 */
record ChannelStatistics(long count, double[] mean, double[] variance) {

    /** Two passes, first the mean, then what lies around it: the short cut by the mean of squares loses all digits of a large mean. */
    static ChannelStatistics of(Tensor x) {
        Layout layout = Layout.of(x.shape());
        Elements elements = x.elements();
        double[] mean = new double[layout.channels()];
        double[] variance = new double[layout.channels()];
        layout.forEach((i, c) -> mean[c] += elements.get(i) / layout.count());
        layout.forEach((i, c) -> variance[c] += (elements.get(i) - mean[c]) * (elements.get(i) - mean[c]) / layout.count());
        return new ChannelStatistics(layout.count(), mean, variance);
    }

    /** What was measured before, as it is. */
    static ChannelStatistics measured(Tensor mean, Tensor variance) {
        return new ChannelStatistics(0, doubles(mean), doubles(variance));
    }

    /** 1 / sqrt(variance + eps) of each channel. */
    double[] factors(double eps) {
        double[] factors = new double[variance.length];
        for (int c = 0; c < factors.length; c++) {
            factors[c] = 1 / Math.sqrt(variance[c] + eps);
        }
        return factors;
    }

    private static double[] doubles(Tensor t) {
        double[] numbers = new double[Math.toIntExact(t.size())];
        for (int c = 0; c < numbers.length; c++) {
            numbers[c] = t.getDouble(c);
        }
        return numbers;
    }

    /** Where the elements of a channel stand: x (N, C, inner), element {@code (n * C + c) * inner + i}. */
    record Layout(int batch, int channels, int inner) {

        static Layout of(Shape shape) {
            long inner = 1;
            for (int axis = 2; axis < shape.rank(); axis++) {
                inner *= shape.extent(axis);
            }
            return new Layout(shape.intExtent(0), shape.intExtent(1), Math.toIntExact(inner));
        }

        /** M. */
        long count() {
            return (long) batch * inner;
        }

        /** Every element with its channel, in order. */
        void forEach(Visit visit) {
            for (int n = 0, at = 0; n < batch; n++) {
                for (int c = 0; c < channels; c++) {
                    for (int i = 0; i < inner; i++) {
                        visit.element(at++, c);
                    }
                }
            }
        }
    }

    /** One element and its channel. */
    interface Visit {
        void element(int i, int channel);
    }
}
