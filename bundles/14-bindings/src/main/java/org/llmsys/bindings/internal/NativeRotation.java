package org.llmsys.bindings.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.position.RotaryPairing;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Rotary positions by the engine: heads are copied to where the result belongs and turned there.
 *
 * <pre>
 *   forward   y = turn(x, φ)          backward   dLoss/dx (+)= turn(dLoss/dy, -φ)          both times the scaling's magnitude
 * </pre>
 */
final class NativeRotation implements PositionalEncoding {

    private static final String WHAT = "position rope";

    private final CText name;

    NativeRotation(CText name) {
        this.name = name;
    }

    @Override
    public PositionalLayer build(PositionSpec spec, Parameters parameters, Needs needs) {
        spec.requirePairs();
        MemorySegment frequencies = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_DOUBLE, spec.frequencies());
        return new Layer(name, spec.pairing() == RotaryPairing.INTERLEAVED, spec.headDim(), frequencies, (float) spec.scaling().magnitude(),
                needs.add(ElementwiseKernel.class, ElementwiseKernel.ALGORITHM));
    }

    private record Layer(CText name, boolean interleaved, int headDim, MemorySegment frequencies, float magnitude,
            Need<ElementwiseKernel> elementwise)
            implements PositionalLayer {

        @Override
        public Variable rotate(Variable heads, int start, Pass pass) {
            PositionSpec.requireHeads(WHAT, heads.shape(), headDim, start);
            Tensor turned = pass.blank(heads.shape());                                          // (B,NH,T,HS)
            turn(heads.value(), start, false, turned, pass);
            return pass.tape().record("position-rope", turned, (gradTurned, gradients) -> {
                if (gradients.wanted(heads)) {
                    Gradients.Target target = gradients.target(heads);
                    if (target.accumulate()) {
                        Tensor share = pass.blank(heads.shape());
                        turn(gradTurned, start, true, share, pass);
                        pass.step().get(elementwise).addScaled(share, 1, target.tensor());
                        pass.giveBack(share);
                    } else {
                        turn(gradTurned, start, true, target.tensor(), pass);
                    }
                }
            }, heads);
        }

        private void turn(Tensor x, int start, boolean back, Tensor y, Pass pass) {
            Operand out = Operand.written(WHAT, y);
            if (x.dtype() != y.dtype()) {
                throw new ShapeException(WHAT, x.shape(), y.shape(), "heads of " + x.dtype() + " do not fit a result of " + y.dtype());
            }
            y.copyFrom(x);
            int[] positions = new int[y.shape().intExtent(2)];
            for (int t = 0; t < positions.length; t++) {
                positions[t] = Math.addExact(start, t);
            }
            NativeRotation.turn(name.address(), out.array(), out.at(), y.shape().extent(0), y.shape().extent(1), positions.length, headDim, positions,
                    frequencies.address(), interleaved, back);
            if (magnitude != 1) {
                pass.step().get(elementwise).scale(y, magnitude, y);
            }
        }
    }

    private static native void turn(long name, float[] heads, long headsAt, long batch, long count, long sequence, long headDim, int[] positions,
            long frequencies, boolean interleaved, boolean inverse);
}
