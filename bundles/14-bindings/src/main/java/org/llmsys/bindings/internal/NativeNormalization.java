package org.llmsys.bindings.internal;

import org.llmsys.normalization.Normalization;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** LayerNorm or RMSNorm of rows (N,C), by the engine. */
final class NativeNormalization implements Normalization {

    private final String what;
    private final CText algorithm;
    private final CText name;
    /** Numbers that the engine saves of a row: layernorm 2, rmsnorm 1. */
    private final int perRow;

    NativeNormalization(String what, CText algorithm, CText name) {
        this.what = what;
        this.algorithm = algorithm;
        this.name = name;
        this.perRow = what.equals("rmsnorm") ? 1 : 2;
    }

    @Override
    public void forward(Tensor x, Tensor gamma, Tensor beta, float eps, Tensor y, Tensor saved) {
        RowCount count = requireFit(x, gamma, saved);
        requireSameShape(x, y);
        requireWidth(count, beta);
        Operand in = Operand.read(what, x);
        Operand scale = Operand.read(what, gamma);
        Operand shift = Operand.read(what, beta);
        Operand out = Operand.written(what, y);
        Operand kept = Operand.written(what, saved);
        forward(algorithm.address(), name.address(), perRow, in.array(), in.at(), scale.array(), scale.at(), shift.array(), shift.at(), eps,
                out.array(), out.at(), kept.array(), kept.at(), count.rows(), count.columns());
    }

    @Override
    public void backward(Tensor x, Tensor gamma, Tensor saved, Tensor gradY, Tensor gradX, Tensor gradGamma, Tensor gradBeta) {
        RowCount count = requireFit(x, gamma, saved);
        requireSameShape(x, gradY);
        requireSameShape(x, gradX);
        requireWidth(count, gradGamma);
        requireWidth(count, gradBeta);
        Operand in = Operand.read(what, x);
        Operand scale = Operand.read(what, gamma);
        Operand kept = Operand.read(what, saved);
        Operand arriving = Operand.read(what, gradY);
        Operand into = Operand.written(what, gradX);
        Operand intoScale = Operand.written(what, gradGamma);
        Operand intoShift = Operand.written(what, gradBeta);
        backward(algorithm.address(), name.address(), perRow, in.array(), in.at(), scale.array(), scale.at(), kept.array(), kept.at(),
                arriving.array(), arriving.at(), into.array(), into.at(), intoScale.array(), intoScale.at(), intoShift.array(), intoShift.at(),
                count.rows(), count.columns());
    }

    private RowCount requireFit(Tensor x, Tensor gamma, Tensor saved) {
        RowCount count = RowCount.of(what, x.shape());
        requireWidth(count, gamma);
        if (saved != null && saved.size() != 2 * count.rows()) {
            throw new ShapeException(what, x.shape(), saved.shape(), "two numbers are saved of each of the " + count.rows() + " rows");
        }
        return count;
    }

    private void requireSameShape(Tensor x, Tensor other) {
        if (other != null && !x.shape().equals(other.shape())) {
            throw new ShapeException(what, x.shape(), other.shape(), "x, y and their gradients have one shape");
        }
    }

    private void requireWidth(RowCount count, Tensor of) {
        if (of != null && !of.shape().equals(Shape.of(count.columns()))) {
            throw new ShapeException(what, "rows of " + count.columns(), of.shape(), "scale and shift have one number for each feature");
        }
    }

    private static native void forward(long algorithm, long name, int perRow, float[] x, long xAt, float[] gamma, long gammaAt, float[] beta,
            long betaAt,
            float eps, float[] y, long yAt, float[] saved, long savedAt, long rows, long columns);

    private static native void backward(long algorithm, long name, int perRow, float[] x, long xAt, float[] gamma, long gammaAt, float[] saved,
            long savedAt, float[] gradY, long gradYAt, float[] gradX, long gradXAt, float[] gradGamma, long gradGammaAt, float[] gradBeta,
            long gradBetaAt, long rows, long columns);
}
