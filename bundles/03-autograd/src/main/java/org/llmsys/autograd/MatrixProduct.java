package org.llmsys.autograd;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.TensorProduct;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Multiplies matrices, or batches of them.
 *
 * <pre>
 *   y = a·b      dLoss/da += dLoss/dy·bᵀ     dLoss/db += aᵀ·dLoss/dy          b (...,K,N)
 *   y = a·bᵀ     dLoss/da += dLoss/dy·b      dLoss/db += (dLoss/dy)ᵀ·a        b (...,N,K), transposeB
 * </pre>
 *
 * <p>Shapes: a (...,M,K), y (...,M,N), any strides, F32 or F64. The axes before the matrices broadcast, and a gradient is summed back over those
 * along which its operand was repeated. With b (K,N), all rows of a (...,K) are multiplied at once. An operand of one axis is one row
 * on the left, one column on the right, and that axis is left out of y. Gradients are added straight into place by the accumulating
 * multiplication.
 *
 * <pre>{@code
 * Variable scores = product.forward(q, k, true, pass);          // (B,NH,T,HS) and (B,NH,T,HS) -> (B,NH,T,T)
 * }</pre>
 */
public final class MatrixProduct {

    private final Need<MatmulKernel> matmul;

    public MatrixProduct(Needs needs) {
        this.matmul = needs.add(MatmulKernel.class, MatmulKernel.ALGORITHM);
    }

    /**
     * @param transposeB false: b is (...,K,N); true: b is (...,N,K), as an embedding table is
     * @throws ShapeException when the inner dimensions differ or the axes before them do not broadcast
     */
    public Variable forward(Variable a, Variable b, boolean transposeB, Pass pass) {
        Tensor y = pass.blank(shape(a, b, transposeB));
        Tensor right = column(transposeB ? turned(b.value()) : b.value());                        // (...,K,N)
        Tensor left = rows(a.value(), right, pass);                                               // (...,M,K)
        Shape product = TensorProduct.shapeOf(left.shape(), right.shape());                       // (...,M,N)
        TensorProduct.multiply(pass.step().get(matmul), left, right, y.reshape(product.extents()), false);
        return pass.tape().record("matmul", y, (gradY, gradients) -> {
            Tensor gradProduct = gradY.reshape(product.extents());                                // (...,M,N)
            if (gradients.wanted(a)) {
                addProduct(gradients, a, left.shape(), gradProduct, turned(right), pass);
            }
            if (gradients.wanted(b) && transposeB) {
                addProduct(gradients, b, b.shape(), turned(gradProduct), left, pass);             // (...,N,K)
            } else if (gradients.wanted(b)) {
                addProduct(gradients, b, right.shape(), turned(left), gradProduct, pass);         // (...,K,N)
            }
        }, a, b);
    }

    /** {@code dLoss/dx += left·right}, where x was multiplied under the shape {@code seen}. */
    private void addProduct(Gradients gradients, Variable x, Shape seen, Tensor left, Tensor right, Pass pass) {
        MatmulKernel kernel = pass.step().get(matmul);
        Shape shape = TensorProduct.shapeOf(left.shape(), right.shape());
        if (shape.equals(seen)) {
            Gradients.Target target = gradients.target(x);
            TensorProduct.multiply(kernel, left, right, target.tensor().reshape(seen.extents()), target.accumulate());
        } else {
            Tensor all = pass.blank(shape);                                                       // a share for each repetition
            TensorProduct.multiply(kernel, left, right, all, false);
            Shares.addSummed(gradients, x, seen, all);
            pass.giveBack(all);
        }
    }

    /** A vector as one row; all rows of all matrices as one matrix where the other operand is one matrix only. */
    private static Tensor rows(Tensor a, Tensor right, Pass pass) {
        long inner = a.shape().extent(-1);
        if (a.shape().rank() == 1) {
            return a.reshape(1, inner);
        }
        if (a.shape().rank() > 2 && right.shape().rank() == 2) {
            long[] extents = a.shape().extents();
            extents[extents.length - 1] = 1;
            return Broadcast.contiguous(a, pass).reshape(Shape.of(extents).size(), inner);
        }
        return a;
    }

    private static Tensor column(Tensor b) {
        return b.shape().rank() == 1 ? b.reshape(b.size(), 1) : b;
    }

    private static Tensor turned(Tensor matrices) {
        return matrices.transpose(-1, -2);
    }

    private static Shape shape(Variable a, Variable b, boolean transposeB) {
        String operation = "matmul of " + a.name() + " and " + b.name() + (transposeB ? " transposed" : "");
        if (transposeB && b.shape().rank() < 2) {
            throw new ShapeException(operation, a.shape(), b.shape(), "only what has two axes or more can be transposed");
        }
        try {
            return TensorProduct.shapeOf(a.shape(), transposeB ? turned(b.value()).shape() : b.shape());
        } catch (ShapeException e) {
            throw new ShapeException(operation, a.shape(), b.shape(), e.why());
        }
    }
}
