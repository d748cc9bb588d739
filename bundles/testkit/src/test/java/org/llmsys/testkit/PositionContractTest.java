package org.llmsys.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.position.RotaryPairing;
import org.llmsys.position.RotaryScaling;
import org.llmsys.position.ScoreBias;
import org.llmsys.position.internal.LearnedPositionalEncoding;
import org.llmsys.position.internal.LinearBiases;
import org.llmsys.position.internal.RotaryPositionalEncoding;
import org.llmsys.position.internal.SinusoidalPositionalEncoding;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.internal.PositionContract;

/** Each planted fault must fail the position contract by the promise that it breaks; the encodings without it pass. */
class PositionContractTest {

    private static final PositionalEncoding ROPE = new RotaryPositionalEncoding();

    @Test
    @DisplayName("what is right passes, wrapped or not")
    void right() {
        assertEquals(List.of(), failures(ROPE, "rope", PositionalEncoding.TURNED_IN_DOUBLE));
        assertEquals(List.of(), failures(turning((layer, heads, start, pass) -> layer.rotate(heads, start, pass)), "rope", ""));
        assertEquals(List.of(), failures(adding(new SinusoidalPositionalEncoding(), (layer, x, start, pass) -> layer.add(x, start, pass)),
                "sinusoidal", ""));
        assertEquals(List.of(), failures(new LearnedPositionalEncoding(), "learned", ""));
        assertEquals(List.of(), failures(new LinearBiases(), "alibi", ""));
    }

    @Test
    @DisplayName("rope that turns gradients the same way as heads")
    void wrongSign() {
        bites(turning((layer, heads, start, pass) -> {
            Tensor turned = layer.rotate(heads, start, pass).value();
            return pass.tape().record("wrong", turned, (gradTurned, gradients) -> {
                Variable again = layer.rotate(Variable.constant("g", gradTurned), start, pass.withoutGradients());
                gradients.add(heads, again.value(), ElementwiseKernel.scalar());
            }, heads);
        }), "rope", "gradients are those", "gradients turn back");
    }

    @Test
    @DisplayName("rope that passes gradients on as they are")
    void noWayBack() {
        bites(turning((layer, heads, start, pass) -> pass.tape().record("wrong", layer.rotate(heads, start, pass).value(), (gradTurned, gradients) ->
                gradients.add(heads, gradTurned, ElementwiseKernel.scalar()), heads)), "rope", "gradients are those", "gradients turn back");
    }

    @Test
    @DisplayName("rope one position too far, and rope that forgets where the sequence starts")
    void wrongPosition() {
        bites(turning((layer, heads, start, pass) -> layer.rotate(heads, start + 1, pass)), "rope", "heads turn by");
        bites(turning((layer, heads, start, pass) -> layer.rotate(heads, 0, pass)), "rope", "heads turn by", "a token alone");
    }

    @Test
    @DisplayName("rope that pairs in the other way, is deaf to the scaling, or forgets the magnitude")
    void wrongPairs() {
        bites(built(spec -> with(spec, RotaryPairing.INTERLEAVED, spec.scaling())), "rope", "heads turn by their angles: half-split");
        bites(built(spec -> with(spec, RotaryPairing.HALF_SPLIT, spec.scaling())), "rope", "heads turn by their angles: interleaved");
        bites(built(spec -> with(spec, spec.pairing(), RotaryScaling.NONE)), "rope", "Linear", "NtkAware", "Llama3", "Yarn");
        bites(built(spec -> with(spec, spec.pairing(), spec.scaling() instanceof RotaryScaling.Yarn yarn
                ? new RotaryScaling.Yarn(yarn.factor(), yarn.originalContextLength(), 32, 1, true, 1) : spec.scaling())), "rope", "Yarn");
    }

    @Test
    @DisplayName("rope that overwrites a gradient that has another share, and one that changes its input")
    void spoils() {
        bites(turning((layer, heads, start, pass) -> pass.tape().record("wrong", layer.rotate(heads, start, pass).value(), (gradTurned, gradients) ->
                gradients.target(heads).tensor().copyFrom(back(layer, gradTurned, start, pass)), heads)), "rope", "gradients turn back");
        bites(turning((layer, heads, start, pass) -> {
            Tensor turned = layer.rotate(heads, start, pass).value();
            heads.value().copyFrom(turned);
            return Variable.constant("turned", turned);
        }), "rope", "x is left alone");
    }

    @Test
    @DisplayName("rope in float is within the tolerance, but lies about its numerics class")
    void liar() {
        PositionalEncoding sloppy = turning((layer, heads, start, pass) -> {
            Variable turned = layer.rotate(heads, start, pass);
            Elements elements = turned.value().elements();
            if (turned.value().storage().floats() != null) {
                for (int i = 0; i < elements.size(); i++) {
                    elements.set(i, Math.nextUp((float) elements.get(i)));
                }
            }
            return turned;
        });
        assertEquals(List.of(), failures(sloppy, "rope", ""));
        assertTrue(failures(sloppy, "rope", PositionalEncoding.TURNED_IN_DOUBLE).stream().allMatch(failure -> failure.contains("it claims")));
        assertTrue(!failures(sloppy, "rope", PositionalEncoding.TURNED_IN_DOUBLE).isEmpty());
    }

    @Test
    @DisplayName("sums: one position too far, a forgotten start, no gradient for the table, another one for x")
    void sums() {
        PositionalEncoding learned = new LearnedPositionalEncoding();
        bites(adding(learned, (layer, x, start, pass) -> layer.add(x, start + 1, pass)), "learned", "the sum is the formula's");
        bites(adding(learned, (layer, x, start, pass) -> layer.add(x, 0, pass)), "learned", "a token alone", "a position beyond");
        bites(adding(learned, (layer, x, start, pass) -> pass.tape().record("wrong", layer.add(x.detach(), start, pass).value(),
                (gradSum, gradients) -> gradients.add(x, gradSum, ElementwiseKernel.scalar()), x)), "learned", "gradients are those");
        bites(adding(learned, (layer, x, start, pass) -> layer.add(x.detach(), start, pass)), "learned", "gradients are those");
        bites(new SinusoidalPositionalEncoding(), "learned", "the sum is the formula's");
    }

    @Test
    @DisplayName("biases: a wrong slope for heads that are no power of two, a line that rises")
    void biases() {
        bites(biased(heads -> {
            double[] slopes = new double[heads];
            for (int h = 0; h < heads; h++) {
                slopes[h] = Math.pow(2, -8.0 * (h + 1) / heads);                     // right for powers of two alone
            }
            return ScoreBias.linear(slopes);
        }), "alibi", "slopes are those");
        bites(biased(heads -> {
            double[] slopes = new double[heads];
            Arrays.fill(slopes, -0.5);
            return ScoreBias.linear(slopes);
        }), "alibi", "slopes are those");
    }

    // ---- faulty encodings ------------------------------------------------------------------------------------------------------

    private interface Door {
        Variable apply(PositionalEncoding.PositionalLayer right, Variable x, int start, Pass pass);
    }

    private static PositionalEncoding turning(Door rotate) {
        return (spec, parameters, needs) -> {
            PositionalEncoding.PositionalLayer right = ROPE.build(spec, parameters, needs);
            return new PositionalEncoding.PositionalLayer() {

                @Override
                public Variable rotate(Variable heads, int start, Pass pass) {
                    return rotate.apply(right, heads, start, pass);
                }
            };
        };
    }

    private static PositionalEncoding adding(PositionalEncoding encoding, Door add) {
        return (spec, parameters, needs) -> {
            PositionalEncoding.PositionalLayer right = encoding.build(spec, parameters, needs);
            return new PositionalEncoding.PositionalLayer() {

                @Override
                public Variable add(Variable x, int start, Pass pass) {
                    return add.apply(right, x, start, pass);
                }
            };
        };
    }

    private static PositionalEncoding biased(IntFunction<ScoreBias> biases) {
        return (spec, parameters, needs) -> new PositionalEncoding.PositionalLayer() {

            @Override
            public ScoreBias scoreBias(int numHeads) {
                return biases.apply(numHeads);
            }
        };
    }

    private static PositionalEncoding built(UnaryOperator<PositionalEncoding.PositionSpec> change) {
        return (PositionalEncoding.PositionSpec spec, Parameters parameters, Needs needs) -> ROPE.build(change.apply(spec), parameters, needs);
    }

    private static PositionalEncoding.PositionSpec with(PositionalEncoding.PositionSpec spec, RotaryPairing pairing, RotaryScaling scaling) {
        return new PositionalEncoding.PositionSpec(spec.contextLength(), spec.embeddingDim(), spec.headDim(), spec.theta(),
                spec.parameterName(), pairing, scaling);
    }

    /** Turned by -φ: what the encoding itself does with a gradient, through a pass that is taken back at once. */
    private static Tensor back(PositionalEncoding.PositionalLayer layer, Tensor gradTurned, int start, Pass pass) {
        Tensor zeros = Tensor.zeros(gradTurned.dtype(), gradTurned.shape());
        Elements sum = zeros.elements();
        long size = gradTurned.size();
        for (int i = 0; i < size; i++) {                                             // the transpose of the turn, a unit vector at a time
            Tensor unit = Tensor.zeros(gradTurned.dtype(), gradTurned.shape());
            unit.elements().set(i, 1);
            Elements turned = layer.rotate(Variable.constant("unit", unit), start, pass.withoutGradients()).value().elements();
            Elements g = gradTurned.elements();
            double product = 0;
            for (int j = 0; j < size; j++) {
                product += turned.get(j) * g.get(j);
            }
            sum.set(i, product);
        }
        return zeros;
    }

    // ---- what the contract says ------------------------------------------------------------------------------------------------

    /** Fails, and each of these promises is among the broken ones. */
    private static void bites(PositionalEncoding faulty, String algorithm, String... promises) {
        List<String> failures = failures(faulty, algorithm, "");
        for (String promise : promises) {
            assertTrue(failures.stream().anyMatch(failure -> failure.contains(promise)), () -> promise + " is not among " + failures);
        }
    }

    private static List<String> failures(PositionalEncoding encoding, String algorithm, String numerics) {
        Checks checks = new Checks();
        new PositionContract().check(encoding, new Contract.Subject(algorithm, "test", numerics), checks);
        return checks.report().failures();
    }
}
