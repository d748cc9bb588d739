package org.llmsys.bindings.internal;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** Sinusoidal positions by the engine: y = x + p, in F32 in place of the result, in other types from rows that the engine made. */
final class NativeSinusoid implements PositionalEncoding {

    private static final String WHAT = "position sinusoidal";

    private final CText name;

    NativeSinusoid(CText name) {
        this.name = name;
    }

    @Override
    public PositionalLayer build(PositionSpec spec, Parameters parameters, Needs needs) {
        return new Layer(name, spec, needs.add(ElementwiseKernel.class, ElementwiseKernel.ALGORITHM));
    }

    private record Layer(CText name, PositionSpec spec, Need<ElementwiseKernel> elementwise) implements PositionalLayer {

        @Override
        public Variable add(Variable x, int start, Pass pass) {
            requireFit(x, start);
            Tensor sum = pass.blank(x.shape());                                                 // (B,T,C)
            sum.copyFrom(x.value());
            for (int b = 0; b < x.shape().intExtent(0); b++) {
                addWaves(sum.select(0, b), start, pass);
            }
            return pass.tape().record("position-sinusoidal", sum, (gradSum, gradients) -> {
                if (gradients.wanted(x)) {
                    gradients.add(x, gradSum, pass.step().get(elementwise));
                }
            }, x);
        }

        /** @param rows (T,C) */
        private void addWaves(Tensor rows, int start, Pass pass) {
            if (rows.dtype() == DType.F32) {
                waves(rows, start);
                return;
            }
            Tensor waves = Tensor.zeros(rows.shape().extents());
            waves(waves, start);
            pass.step().get(elementwise).add(rows, waves.to(rows.dtype()), rows);
        }

        private void waves(Tensor rows, int start) {
            Operand out = Operand.written(WHAT, rows);
            NativeSinusoid.add(name.address(), out.array(), out.at(), start, rows.shape().extent(0), rows.shape().extent(1), spec.theta());
        }

        private void requireFit(Variable x, int start) {
            if (x.shape().rank() != 3 || x.shape().extent(2) != spec.embeddingDim()) {
                throw new ShapeException(WHAT, x.shape(), Shape.of(spec.contextLength(), spec.embeddingDim()),
                        "x is (B,T,C), the encoding (contextLength,C)");
            }
            long last = start + x.shape().extent(1);
            if (start < 0 || last > spec.contextLength()) {
                throw Problem.failed("position " + (last - 1) + " has no encoding",
                        "the model's context has " + spec.contextLength() + " positions, 0 to " + (spec.contextLength() - 1),
                        "use a shorter text, or a model with a longer context");
            }
        }
    }

    private static native void add(long name, float[] x, long xAt, long start, long t, long c, double theta);
}
