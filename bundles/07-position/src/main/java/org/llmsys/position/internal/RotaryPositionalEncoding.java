package org.llmsys.position.internal;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Provider;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.position.RotaryPairing;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Tensor;
import org.osgi.service.component.annotations.Component;

/**
 * Queries and keys are turned by an angle that grows with their position: pairs of elements are points of a plane.
 *
 * <pre>
 *   forward    (a', b') = (a cos φ - b sin φ,  a sin φ + b cos φ)          φ = (start + t) w_i,  w_i = theta^(-2i/HS)
 *   backward   the same by -φ:  (da, db) = (da' cos φ + db' sin φ,  db' cos φ - da' sin φ)
 * </pre>
 *
 * <p>A product of two turned vectors depends on the difference of their angles alone, so on the distance of query and key and not on
 * where they stand. Lengths stay as they are, unless the scaling has a magnitude that cos and sin are multiplied by. Nothing is learned.
 * Which elements make a pair is the spec's {@link RotaryPairing}, how fast each pair turns its {@link org.llmsys.position.RotaryScaling}.
 * All in double, rounded once.
 *
 * @see <a href="https://arxiv.org/abs/2104.09864">Su et al. 2021, RoFormer: Enhanced Transformer with Rotary Position Embedding</a>
 */
@Component
@Provider(slot = "position", algorithm = "rope", name = "rope", numerics = PositionalEncoding.TURNED_IN_DOUBLE,
        summary = "queries and keys turned by an angle a position",
        reference = "https://arxiv.org/abs/2104.09864")
public final class RotaryPositionalEncoding implements PositionalEncoding {

    @Override
    public PositionalLayer build(PositionSpec spec, Parameters parameters, Needs needs) {
        spec.requirePairs();
        return new Rotation(spec.pairing(), spec.headDim(), spec.frequencies(), spec.scaling().magnitude());
    }

    /**
     * @param frequencies w, one a pair
     * @param magnitude   of turned heads, 1 when lengths stay
     */
    private record Rotation(RotaryPairing pairing, int headDim, double[] frequencies, double magnitude) implements PositionalLayer {

        @Override
        public Variable rotate(Variable heads, int start, Pass pass) {
            PositionSpec.requireHeads("position rope", heads.shape(), headDim, start);
            Tensor turned = pass.blank(heads.shape());                              // (B,NH,T,HS)
            turn(heads.value(), start, 1, turned, false);
            return pass.tape().record("position-rope", turned, (gradTurned, gradients) -> {
                if (gradients.wanted(heads)) {
                    Gradients.Target target = gradients.target(heads);
                    turn(gradTurned, start, -1, target.tensor(), target.accumulate());
                }
            }, heads);
        }

        /** y = x, each pair turned by direction · φ; added to y when {@code accumulate}. */
        private void turn(Tensor x, int start, int direction, Tensor y, boolean accumulate) {
            Elements from = x.contiguous().elements();
            Elements to = y.elements();
            int sequence = x.shape().intExtent(2);
            for (int t = 0; t < sequence; t++) {
                for (int i = 0; i < frequencies.length; i++) {
                    double angle = (start + (double) t) * frequencies[i];
                    double cos = magnitude * Math.cos(angle);
                    double sin = magnitude * Math.sin(angle) * direction;
                    for (int row = t * headDim; row < to.size(); row += sequence * headDim) {          // each head of each sequence
                        int first = row + pairing.first(i);
                        int second = row + pairing.second(i, headDim);
                        double a = from.get(first);
                        double b = from.get(second);
                        to.set(first, (accumulate ? to.get(first) : 0) + (a * cos - b * sin));
                        to.set(second, (accumulate ? to.get(second) : 0) + (a * sin + b * cos));
                    }
                }
            }
        }
    }
}
