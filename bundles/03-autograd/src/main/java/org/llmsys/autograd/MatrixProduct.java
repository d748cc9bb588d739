package org.llmsys.autograd;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Multiplies rows by a matrix.
 *
 * <pre>
 *   y = a·b      dLoss/da += dLoss/dy·bᵀ     dLoss/db += aᵀ·dLoss/dy          b (K,N)
 *   y = a·bᵀ     dLoss/da += dLoss/dy·b      dLoss/db += (dLoss/dy)ᵀ·a        b (N,K), transposeB
 * </pre>
 *
 * <p>Shapes: a (...,K) contiguous, y (...,N). Gradients are added straight into place by the accumulating multiplication.
 */
public final class MatrixProduct {

    private final Need<MatmulKernel> matmul;

    public MatrixProduct(Needs needs) {
        this.matmul = needs.add(MatmulKernel.class, MatmulKernel.ALGORITHM);
    }

    /**
     * @param transposeB false: b is (K,N); true: b is (N,K), as an embedding table is
     * @throws ShapeException when the inner dimensions differ
     */
    public Variable forward(Variable a, Variable b, boolean transposeB, Pass pass) {
        requireFit(a, b, transposeB);
        Matrix right = transposeB ? Matrix.of(b.value()).transposed() : Matrix.of(b.value());      // (K,N)
        long[] extents = a.shape().extents();
        extents[extents.length - 1] = right.columns();
        Tensor y = pass.blank(Shape.of(extents));                                                    // (...,N)
        pass.step().get(matmul).multiply(Matrix.rowsOf(a.value()), right, Matrix.rowsOf(y), false);
        return pass.tape().record("matmul", y, (gradY, gradients) -> {
            MatmulKernel kernel = pass.step().get(matmul);
            Matrix gradRows = Matrix.rowsOf(gradY);                                                  // (rows,N)
            if (gradients.wanted(a)) {
                kernel.multiply(gradRows, right.transposed(), Matrix.rowsOf(gradients.into(a)), true);
            }
            if (gradients.wanted(b)) {
                Matrix rows = Matrix.rowsOf(a.value());                                              // (rows,K)
                Matrix gradB = Matrix.of(gradients.into(b));
                if (transposeB) {
                    kernel.multiply(gradRows.transposed(), rows, gradB, true);                       // (N,K)
                } else {
                    kernel.multiply(rows.transposed(), gradRows, gradB, true);                       // (K,N)
                }
            }
        }, a, b);
    }

    private static void requireFit(Variable a, Variable b, boolean transposeB) {
        String operation = "matmul of " + a.name() + " and " + b.name() + (transposeB ? " transposed" : "");
        if (a.shape().rank() == 0 || b.shape().rank() != 2) {
            throw new ShapeException(operation, a.shape(), b.shape(), "the first needs one axis or more, the second two");
        }
        long inner = b.shape().extent(transposeB ? 1 : 0);
        if (a.shape().extent(-1) != inner) {
            throw new ShapeException(operation, a.shape(), b.shape(), "inner dimensions " + a.shape().extent(-1) + " and " + inner + " differ");
        }
    }
}
