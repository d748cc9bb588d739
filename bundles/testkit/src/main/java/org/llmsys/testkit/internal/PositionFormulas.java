package org.llmsys.testkit.internal;

import org.llmsys.position.PositionalEncoding.PositionSpec;
import org.llmsys.position.RotaryPairing;
import org.llmsys.tensor.Tensor;

/** What the known encodings are, in double, one element at a time. */
final class PositionFormulas {

    private PositionFormulas() {
    }

    /** p[t, c] of {@code sinusoidal}: a sine for even c, a cosine for odd, both of frequency theta^(-2i/C). */
    static double wave(PositionSpec spec, int t, int c) {
        double angle = t * Math.pow(spec.theta(), -2.0 * (c / 2) / spec.embeddingDim());
        return c % 2 == 0 ? Math.sin(angle) : Math.cos(angle);
    }

    /**
     * Element d of heads (B,NH,T,HS) turned by {@code direction} times the angle of their position.
     *
     * @param place b, h, t: which head of which token
     */
    static double turned(PositionSpec spec, double[] frequencies, Tensor heads, int[] place, int start, int d, int direction) {
        int half = spec.headDim() / 2;
        boolean neighbours = spec.pairing() == RotaryPairing.INTERLEAVED;
        int pair = neighbours ? d / 2 : d % half;
        boolean isFirst = neighbours ? d % 2 == 0 : d < half;
        double a = heads.getDouble(place[0], place[1], place[2], neighbours ? 2 * pair : pair);
        double b = heads.getDouble(place[0], place[1], place[2], neighbours ? 2 * pair + 1 : pair + half);
        double angle = (start + (double) place[2]) * frequencies[pair];
        double cos = spec.scaling().magnitude() * Math.cos(angle);
        double sin = spec.scaling().magnitude() * Math.sin(angle) * direction;
        return isFirst ? a * cos - b * sin : a * sin + b * cos;
    }

    /** Slope m of a head of {@code alibi}, as the paper's program finds them: a geometric row, then every other one of the next. */
    static double slope(int head, int numHeads) {
        if (Integer.bitCount(numHeads) == 1) {
            double first = Math.pow(2, -Math.pow(2, -(Math.log(numHeads) / Math.log(2) - 3)));
            return Math.pow(first, head + 1);
        }
        int power = Integer.highestOneBit(numHeads);
        return head < power ? slope(head, power) : slope(2 * (head - power), 2 * power);
    }
}
