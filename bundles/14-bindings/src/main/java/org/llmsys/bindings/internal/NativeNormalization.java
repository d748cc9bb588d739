package org.llmsys.bindings.internal;

import org.llmsys.normalization.Normalization;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** LayerNorm or RMSNorm of rows (N,C), by the engine. */
final class NativeNormalization implements Normalization {

    private final NativeKernel kernel;
    /** Numbers that the engine saves of a row: layernorm 2, rmsnorm 1. */
    private final int perRow;

    NativeNormalization(NativeKernel kernel) {
        this.kernel = kernel;
        this.perRow = kernel.what().equals("rmsnorm") ? 1 : 2;
    }

    @Override
    public void forward(Tensor x, Tensor gamma, Tensor beta, float eps, Tensor y, Tensor saved) {
        RowCount count = requireFit(x, gamma, saved);
        requireSameShape(x, y);
        requireWidth(count, beta);
        Operand in = Operand.read(kernel.what(), x);
        Operand scale = Operand.read(kernel.what(), gamma);
        Operand shift = Operand.read(kernel.what(), beta);
        Operand out = Operand.written(kernel.what(), y);
        Operand kept = Operand.written(kernel.what(), saved);
        forward(kernel.algorithmAt(), kernel.nameAt(), perRow, in.array(), in.at(), scale.array(), scale.at(), shift.array(), shift.at(), eps,
                out.array(), out.at(), kept.array(), kept.at(), count.rows(), count.columns());
    }

    @Override
    public void backward(Tensor x, Tensor gamma, Tensor saved, Tensor gradY, Tensor gradX, Tensor gradGamma, Tensor gradBeta) {
        RowCount count = requireFit(x, gamma, saved);
        requireSameShape(x, gradY);
        requireSameShape(x, gradX);
        requireWidth(count, gradGamma);
        requireWidth(count, gradBeta);
        Operand in = Operand.read(kernel.what(), x);
        Operand scale = Operand.read(kernel.what(), gamma);
        Operand kept = Operand.read(kernel.what(), saved);
        Operand arriving = Operand.read(kernel.what(), gradY);
        Operand into = Operand.written(kernel.what(), gradX);
        Operand intoScale = Operand.written(kernel.what(), gradGamma);
        Operand intoShift = Operand.written(kernel.what(), gradBeta);
        backward(kernel.algorithmAt(), kernel.nameAt(), perRow, in.array(), in.at(), scale.array(), scale.at(), kept.array(), kept.at(),
                arriving.array(), arriving.at(), into.array(), into.at(), intoScale.array(), intoScale.at(), intoShift.array(), intoShift.at(),
                count.rows(), count.columns());
    }

    private void requireSameShape(Tensor x, Tensor other) {
        if (other != null) {
            kernel.requireSameShape(x, other, "x, y and their gradients have one shape");
        }
    }

    private RowCount requireFit(Tensor x, Tensor gamma, Tensor saved) {
        RowCount count = RowCount.of(kernel.what(), x.shape());
        requireWidth(count, gamma);
        if (saved != null && saved.size() != 2 * count.rows()) {
            throw new ShapeException(kernel.what(), x.shape(), saved.shape(), "two numbers are saved of each of the " + count.rows() + " rows");
        }
        return count;
    }

    private void requireWidth(RowCount count, Tensor of) {
        if (of != null && !of.shape().equals(Shape.of(count.columns()))) {
            throw new ShapeException(kernel.what(), "rows of " + count.columns(), of.shape(), "scale and shift have one number for each feature");
        }
    }

    private static native void forward(long algorithm, long name, int perRow, float[] x, long xAt, float[] gamma, long gammaAt, float[] beta,
            long betaAt,
            float eps, float[] y, long yAt, float[] saved, long savedAt, long rows, long columns);

    private static native void backward(long algorithm, long name, int perRow, float[] x, long xAt, float[] gamma, long gammaAt, float[] saved,
            long savedAt, float[] gradY, long gradYAt, float[] gradX, long gradXAt, float[] gradGamma, long gradGammaAt, float[] gradBeta,
            long gradBetaAt, long rows, long columns);
}
