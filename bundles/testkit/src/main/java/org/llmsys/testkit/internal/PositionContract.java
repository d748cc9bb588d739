package org.llmsys.testkit.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

import org.llmsys.autograd.Variable;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.position.PositionalEncoding.PositionSpec;
import org.llmsys.position.RotaryPairing;
import org.llmsys.position.RotaryScaling;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.osgi.service.component.annotations.Component;

/**
 * Every positional encoding: keeps shapes, tells positions apart, treats each sequence of a batch alike, gives a token the same bits
 * whether it comes in a long prompt or alone after it, and takes gradients back as finite differences say. Those whose formula the kit
 * knows are held to it as well:
 *
 * <pre>
 *   learned, sinusoidal   within 1e-6 of x + p, for numbers around 1
 *   rope                  within 4e-7 (|a| + |b|) of the pair (a, b) turned in double, both ways, at every position, pairing and scaling
 *   alibi                 slopes within 1e-12 of their size
 * </pre>
 */
@Component(service = Contract.class)
public final class PositionContract implements Contract<PositionalEncoding> {

    private static final int CONTEXT = 11;
    private static final int WIDTH = 12;
    private static final int HEADS = 3;
    private static final PositionSpec SPEC = new PositionSpec(CONTEXT, WIDTH, WIDTH / HEADS, 10_000, "wpe.weight");
    private static final Set<String> ADDITIVE = Set.of("learned", "sinusoidal");

    @Override
    public Class<PositionalEncoding> service() {
        return PositionalEncoding.class;
    }

    @Override
    public void check(PositionalEncoding encoding, Subject subject, Checks checks) {
        PositionTrial trial = new PositionTrial(encoding, SPEC);
        checks.promise("shapes are kept and x is left alone", () -> shapes(trial));
        checks.promise("the same token at two places looks different", () -> differs(trial));
        checks.promise("a token alone after a prompt is encoded as within it", () -> alone(trial));
        checks.promise("every sequence of a batch is encoded alike", () -> batch(trial));
        checks.promise("a score bias fits any number of heads, is finite, a straight line, and nothing at distance 0", () -> biases(trial));
        checks.promise("x that lies apart in memory is encoded as its copy", () -> {
            Tensor view = Samples.normal(6, 5, 2, WIDTH).transpose(0, 1);                                       // (B,T,C)
            same(trial.added(view.copy(), 3), trial.added(view, 3), "x");
        });
        checks.promise("gradients are those of finite differences, after an offset, and with two shares", () -> gradients(trial));
        checks.promise("what it adds and turns it refuses at a negative position and in another width", () -> refuses(trial));
        checks.promise("many threads may build and call at once", () -> Checks.sameOnManyThreads(() ->
                Arrays.hashCode(trial.added(Samples.normal(1, 2, 5, WIDTH), 1).copy().floats())));
        if (ADDITIVE.contains(subject.algorithm())) {
            checks.promise("the sum is the formula's up to the last position of the context", () -> sums(trial, subject.algorithm()));
            checks.promise("a position beyond the context is refused", () -> {
                trial.added(Tensor.zeros(1, 1, WIDTH), CONTEXT - 1);
                Checks.refused("position " + CONTEXT + " of " + CONTEXT, () -> trial.added(Tensor.zeros(1, 1, WIDTH), CONTEXT));
                Checks.refused("a sequence that ends at position " + CONTEXT, () -> trial.added(Tensor.zeros(1, 3, WIDTH), CONTEXT - 2));
            });
        } else if (subject.algorithm().equals("rope")) {
            new PositionRotations(encoding, subject.numerics().equals(PositionalEncoding.TURNED_IN_DOUBLE)).check(checks);
        } else if (subject.algorithm().equals("alibi")) {
            checks.promise("slopes are those of the paper's program, for 1 to 40 heads", () -> slopes(trial));
        } else {
            checks.skip("the formula is not one the kit knows");
        }
    }

    private static void shapes(PositionTrial trial) {
        for (int sequence : new int[] {0, 1, 5}) {
            Tensor x = Samples.normal(1, 2, sequence, WIDTH);
            Tensor before = x.copy();
            Checks.that(trial.added(x, 0).shape().equals(x.shape()), "the sum has another shape");
            Checks.that(Arrays.equals(before.floats(), x.floats()), "x was changed");
            for (int numHeads : new int[] {1, HEADS}) {
                Tensor heads = Samples.normal(2, 2, numHeads, sequence, WIDTH / HEADS);
                before = heads.copy();
                Checks.that(trial.rotated(heads, 0).shape().equals(heads.shape()), "the turned heads have another shape");
                Checks.that(Arrays.equals(before.floats(), heads.floats()), "the heads were changed");
            }
        }
    }

    private static void differs(PositionTrial trial) {
        Tensor x = Tensor.zeros(1, 2, WIDTH);
        Tensor heads = Tensor.zeros(1, HEADS, 2, WIDTH / HEADS);
        Arrays.fill(x.floats(), 1);
        Arrays.fill(heads.floats(), 1);
        Tensor sum = trial.added(x, 3);
        Tensor turned = trial.rotated(heads, 3);
        boolean differs = false;
        for (int c = 0; c < WIDTH; c++) {
            differs |= sum.get(0, 0, c) != sum.get(0, 1, c);
        }
        for (int c = 0; c < WIDTH / HEADS; c++) {
            differs |= turned.get(0, 0, 0, c) != turned.get(0, 0, 1, c);
        }
        ScoreBias bias = trial.bias(HEADS);
        for (int h = 0; h < HEADS; h++) {
            differs |= bias.at(h, 1) != bias.at(h, 2);
        }
        Checks.that(differs, "positions 3 and 4 are alike");
    }

    private static void alone(PositionTrial trial) {
        Tensor x = Samples.normal(3, 1, CONTEXT, WIDTH);
        Tensor heads = Samples.normal(4, 1, HEADS, CONTEXT, WIDTH / HEADS);
        Tensor whole = trial.added(x, 0);
        Tensor wholeTurned = trial.rotated(heads, 0);
        for (int t = 0; t < CONTEXT; t++) {
            same(whole.slice(1, t, t + 1).copy(), trial.added(x.slice(1, t, t + 1).copy(), t), "the sum at position " + t);
            same(wholeTurned.slice(2, t, t + 1).copy(), trial.rotated(heads.slice(2, t, t + 1).copy(), t), "the turn at position " + t);
        }
    }

    private static void batch(PositionTrial trial) {
        Tensor one = Samples.normal(5, 1, 4, WIDTH);
        Tensor two = Tensor.zeros(2, 4, WIDTH);
        two.slice(0, 0, 1).copyFrom(one);
        two.slice(0, 1, 2).copyFrom(one);
        Tensor sum = trial.added(two, 2);
        same(sum.slice(0, 0, 1).copy(), sum.slice(0, 1, 2).copy(), "the second sequence");
    }

    private static void biases(PositionTrial trial) {
        for (int heads : new int[] {1, 2, 3, 8, 12, 13}) {
            ScoreBias bias = trial.bias(heads);
            bias.requireHeads(heads);
            for (int h = 0; h < heads; h++) {
                Checks.that(Double.isFinite(bias.at(h, 1 << 20)), "head %d of %d: %s", h, heads, bias.at(h, 1 << 20));
                Checks.close(0, bias.at(h, 0), 0, "head %d of %d at distance 0", h, heads);
                Checks.close(7 * bias.at(h, 1), bias.at(h, 7), 1e-12 * Math.abs(bias.at(h, 7)), "head %d of %d at distance 7", h, heads);
            }
        }
    }

    private static void slopes(PositionTrial trial) {
        for (int heads = 1; heads <= 40; heads++) {
            for (int h = 0; h < heads; h++) {
                double slope = PositionFormulas.slope(h, heads);
                Checks.close(-5 * slope, trial.bias(heads).at(h, 5), 5e-12 * slope, "head %d of %d at distance 5", h, heads);
            }
        }
    }

    private static void sums(PositionTrial trial, String algorithm) {
        Tensor table = PositionTrial.Tables.table(CONTEXT, WIDTH);
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            Tensor x = Samples.normal(7, 2, 4, WIDTH).to(dtype);
            for (int start = 0; start <= CONTEXT - 4; start++) {
                Tensor sum = trial.added(x, start);
                for (int i = 0; i < sum.size(); i++) {
                    int b = i / (4 * WIDTH);
                    int t = i / WIDTH % 4;
                    int c = i % WIDTH;
                    double p = algorithm.equals("learned") ? table.get(start + t, c) : PositionFormulas.wave(SPEC, start + t, c);
                    Checks.close(x.getDouble(b, t, c) + p, sum.getDouble(b, t, c), 1e-6, "%s, start %d, element (%d,%d,%d)", dtype, start, b, t, c);
                }
            }
        }
    }

    /** In double when the encoding computes in it, else in float with its tolerances. Inputs used twice have two shares. */
    private static void gradients(PositionTrial plain) {
        for (RotaryPairing pairing : RotaryPairing.values()) {
            PositionTrial trial = new PositionTrial(plain.encoding(),
                    new PositionSpec(CONTEXT, 6, 6, 10_000, "wpe.weight", pairing, new RotaryScaling.Yarn(4, 8)));
            DType dtype = takesDoubles(trial) ? DType.F64 : DType.F32;
            Variable x = parameter(dtype, 1, 2, 3, 6);
            Variable heads = parameter(dtype, 2, 2, 3, 3, 6);
            trial.gradientCheck(dtype, (layer, pass) -> layer.add(layer.add(x, 4, pass), 7, pass), x);
            trial.gradientCheck(dtype, (layer, pass) -> layer.rotate(layer.rotate(heads, 2, pass), 5, pass), heads);
        }
        Tensor x = Samples.normal(1, 2, 3, WIDTH);
        Tensor gradY = Samples.normal(2, 2, 3, WIDTH);
        Tensor once = plain.gradient(x, gradY, false, (layer, input, pass) -> layer.add(input, 2, pass));
        Tensor twice = plain.gradient(x, gradY, true, (layer, input, pass) -> layer.add(input, 2, pass));
        same(gradY, once, "the gradient passed through");
        same(gradY.add(gradY), twice, "two shares of the gradient");
    }

    private static Variable parameter(DType dtype, long place, long... extents) {
        return Variable.parameter("x", Samples.normal(place, extents).to(dtype));
    }

    private static boolean takesDoubles(PositionTrial trial) {
        try {
            trial.added(Tensor.zeros(DType.F64, Shape.of(1, 1, 6)), 0);
            trial.rotated(Tensor.zeros(DType.F64, Shape.of(1, 1, 1, 6)), 0);
            return true;
        } catch (RuntimeException refused) {
            return false;
        }
    }

    private static void refuses(PositionTrial trial) {
        if (trial.adds()) {
            Checks.refused("adding at position -1", () -> trial.added(Tensor.zeros(1, 2, WIDTH), -1));
            Checks.refused("x of another width", () -> trial.added(Tensor.zeros(1, 2, WIDTH + 1), 0));
            Checks.refused("x of two axes", () -> trial.added(Tensor.zeros(2, WIDTH), 0));
        }
        if (trial.turns()) {
            Checks.refused("turning at position -1", () -> trial.rotated(Tensor.zeros(1, 1, 2, WIDTH / HEADS), -1));
            Checks.refused("heads of another width", () -> trial.rotated(Tensor.zeros(1, 1, 2, WIDTH), 0));
            Checks.refused("heads of three axes", () -> trial.rotated(Tensor.zeros(1, 2, WIDTH / HEADS), 0));
            Checks.refused("heads of an odd width", () -> new PositionTrial(trial.encoding(), new PositionSpec(CONTEXT, 9, 3, 10_000, "wpe.weight"))
                    .rotated(Tensor.zeros(1, 1, 1, 3), 0));
        }
    }

    static void same(Tensor expected, Tensor actual, String where) {
        Checks.that(expected.shape().equals(actual.shape()), "%s has shape %s, not %s", where, actual.shape(), expected.shape());
        for (int i = 0; i < expected.size(); i++) {
            float wanted = expected.floats()[expected.floatOffset() + i];
            float got = actual.floats()[actual.floatOffset() + i];
            Checks.that(wanted == got, "%s differs at element %d: %s, not %s", where, i, got, wanted);
        }
    }
}
