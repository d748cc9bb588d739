package org.llmsys.testkit.internal;

import java.util.Arrays;
import java.util.List;

import org.llmsys.autograd.Variable;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.position.PositionalEncoding.PositionSpec;
import org.llmsys.position.RotaryPairing;
import org.llmsys.position.RotaryScaling;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Samples;

/**
 * Rotary encodings against the formula: both pairings, every scaling, forward and back.
 *
 * @param exact whether the encoding promises the formula's own bits
 */
record PositionRotations(PositionalEncoding encoding, boolean exact) {

    /** B, NH, T, HS, start: one of everything, odd heads, widths beside the lanes, the end of the context, far out, nothing. */
    private static final int[][] SIZES = {{1, 1, 1, 2, 0}, {2, 3, 5, 6, 0}, {1, 5, 13, 8, 7}, {1, 2, 1, 18, 63}, {1, 3, 7, 34, 57}, {2, 1, 70, 4, 31},
        {1, 1, 3, 16, 4_997}, {1, 2, 0, 4, 3}};
    private static final double TOLERANCE = 4e-7;

    void check(Checks checks) {
        for (RotaryPairing pairing : RotaryPairing.values()) {
            for (RotaryScaling scaling : List.of(RotaryScaling.NONE, new RotaryScaling.Linear(2), new RotaryScaling.NtkAware(4),
                    new RotaryScaling.Llama3(8, 1, 4, 32), new RotaryScaling.Yarn(4, 32))) {
                String which = pairing.text() + ", " + scaling;
                checks.promise("heads turn by their angles: " + which, () -> forward(pairing, scaling));
                checks.promise("gradients turn back by the same angles: " + which, () -> backward(pairing, scaling));
            }
            checks.promise("heads that lie apart in memory turn as their copy: " + pairing.text(), () -> views(pairing));
            checks.promise("a turned query times a turned key depends on their distance alone: " + pairing.text(), () -> distance(pairing));
            checks.promise("one layer serves many threads at many positions: " + pairing.text(), () -> threads(pairing));
        }
    }

    private PositionTrial trial(int headDim, RotaryPairing pairing, RotaryScaling scaling) {
        return new PositionTrial(encoding, new PositionSpec(64, headDim, headDim, 10_000, "wpe.weight", pairing, scaling));
    }

    private void forward(RotaryPairing pairing, RotaryScaling scaling) {
        for (int[] s : SIZES) {
            PositionTrial trial = trial(s[3], pairing, scaling);
            Tensor heads = Samples.shifted(Samples.normal(1, s[0], s[1], s[2], s[3]));
            compare(trial.spec(), heads, trial.rotated(heads, s[4]), s[4], 1, 1);
        }
    }

    private void backward(RotaryPairing pairing, RotaryScaling scaling) {
        for (int[] s : SIZES) {
            PositionTrial trial = trial(s[3], pairing, scaling);
            Tensor heads = Samples.normal(1, s[0], s[1], s[2], s[3]);
            Tensor gradTurned = Samples.normal(2, s[0], s[1], s[2], s[3]);
            for (boolean twice : new boolean[] {false, true}) {
                Tensor gradient = trial.gradient(heads, gradTurned, twice, (layer, input, pass) -> layer.rotate(input, s[4], pass));
                compare(trial.spec(), gradTurned, gradient, s[4], -1, twice ? 2 : 1);
            }
        }
    }

    /** @param shares how often the turned heads were added up */
    private void compare(PositionSpec spec, Tensor heads, Tensor turned, int start, int direction, int shares) {
        double[] w = spec.frequencies();
        for (int i = 0; i < turned.size(); i++) {
            int row = i / spec.headDim();
            int sequence = heads.shape().intExtent(2);
            int[] place = {row / sequence / heads.shape().intExtent(1), row / sequence % heads.shape().intExtent(1), row % sequence};
            int d = i % spec.headDim();
            double expected = PositionFormulas.turned(spec, w, heads, place, start, d, direction);
            float got = turned.get(place[0], place[1], place[2], d);
            Checks.close(shares * expected, got, shares * TOLERANCE * size(spec, heads, place, d),
                    "heads of %d elements, position %d, head %d, element %d", spec.headDim(), start + place[2], place[1], d);
            float rounded = shares == 1 ? (float) expected : (float) ((float) expected + expected);
            Checks.that(!exact || rounded == got, "it claims %s, but element %d of heads of %d at position %d is %s, not %s",
                    PositionalEncoding.TURNED_IN_DOUBLE, d, spec.headDim(), start + place[2], got, rounded);
        }
    }

    /** |a| + |b| of the pair that element d belongs to, times what heads grow by. */
    private static double size(PositionSpec spec, Tensor heads, int[] place, int d) {
        double sum = 0;
        for (int pair = 0; pair < spec.headDim() / 2; pair++) {
            int first = spec.pairing().first(pair);
            int second = spec.pairing().second(pair, spec.headDim());
            if (first == d || second == d) {
                sum = Math.abs(heads.getDouble(place[0], place[1], place[2], first)) + Math.abs(heads.getDouble(place[0], place[1],
                        place[2], second));
            }
        }
        return sum * spec.scaling().magnitude();
    }

    /** Heads inside a fused row, a part of the positions, and elements that are not neighbours. */
    private void views(RotaryPairing pairing) {
        PositionTrial trial = trial(10, pairing, RotaryScaling.NONE);
        Tensor fused = Samples.normal(3, 2, 7, 5, 10).transpose(1, 2);                                   // (B,5,T,HS), lying (B,T,5,HS)
        Tensor apart = Samples.normal(4, 2, 3, 10, 7).transpose(2, 3);                                   // (B,NH,T,HS), HS not side by side
        for (Tensor view : List.of(fused.slice(1, 1, 4), fused.slice(2, 2, 6), apart)) {
            PositionContract.same(trial.rotated(view.copy(), 9), trial.rotated(view, 9), "a view");
        }
    }

    private void distance(RotaryPairing pairing) {
        PositionTrial trial = trial(16, pairing, RotaryScaling.NONE);
        Tensor q = Samples.normal(5, 1, 1, 1, 16);
        Tensor k = Samples.normal(6, 1, 1, 1, 16);
        for (int distance : new int[] {0, 1, 13}) {
            Checks.close(dot(trial.rotated(q, 20), trial.rotated(k, 20 - distance)), dot(trial.rotated(q, 63), trial.rotated(k, 63 - distance)), 1e-5,
                    "distance %d", distance);
        }
    }

    private void threads(RotaryPairing pairing) {
        Variable heads = Variable.constant("heads", Samples.normal(7, 1, 2, 9, 12));
        trial(12, pairing, RotaryScaling.NONE).onManyThreads((layer, pass) -> {
            int sum = 0;
            for (int start = 0; start < 55; start++) {
                sum = 31 * sum + Arrays.hashCode(layer.rotate(heads, start, pass).value().copy().floats());
            }
            return sum;
        });
    }

    private static double dot(Tensor a, Tensor b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            sum += a.floats()[a.floatOffset() + i] * (double) b.floats()[b.floatOffset() + i];
        }
        return sum;
    }
}
