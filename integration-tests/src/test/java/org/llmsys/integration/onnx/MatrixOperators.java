package org.llmsys.integration.onnx;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Addition;
import org.llmsys.autograd.MatrixProduct;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Scaling;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.Dropout;
import org.llmsys.layers.SoftmaxLayer;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;

/** Products of matrices, softmax, dropout. */
final class MatrixOperators {

    /** A version of softmax before this one took all axes from {@code axis} on as one. */
    private static final int SOFTMAX_OF_ONE_AXIS = 13;

    private MatrixOperators() {
    }

    static final Map<String, OnnxOperator> ALL = Map.ofEntries(
            entry("MatMul", given -> LayerBench.run(MatrixProduct::new,
                    (product, pass) -> List.of(product.forward(LayerBench.constant(given.input(0)), LayerBench.constant(given.input(1)), false, pass)))),
            entry("Gemm", given -> LayerBench.run(Gemm::of, (gemm, pass) -> List.of(gemm.forward(given, pass)))),
            entry("Softmax", OnnxOperator.of(given -> softmax("softmax", given))),
            entry("LogSoftmax", OnnxOperator.of(given -> softmax("log-softmax", given))),
            entry("Dropout", given -> {
                Tensor y = LayerBench.run(needs -> new Dropout((float) given.number("ratio", 0.5), 0), given.input(0));
                return List.of(y, y.mul(y.scalar(0)).exp().to(DType.I32));       // the mask keeps all
            }));

    private static Tensor softmax(String algorithm, OnnxCase given) {
        Tensor x = given.input(0);
        if (given.opset() >= SOFTMAX_OF_ONE_AXIS) {
            return LayerBench.run(needs -> new SoftmaxLayer(algorithm, given.integer("axis", -1), needs), x);
        }
        Tensor rows = ShapeOperators.flatten(given);
        return LayerBench.run(needs -> new SoftmaxLayer(algorithm, -1, needs), rows).reshape(x.shape().extents());
    }

    /** y = alpha A·B + beta C, A and B transposed when asked. */
    private record Gemm(MatrixProduct product, Scaling scaling, Addition addition) {

        static Gemm of(Needs needs) {
            return new Gemm(new MatrixProduct(needs), new Scaling(needs), new Addition(needs));
        }

        Variable forward(OnnxCase given, Pass pass) {
            Tensor a = given.flag("transA", false) ? given.input(0).transpose(0, 1) : given.input(0);
            Variable y = product.forward(LayerBench.constant(a.contiguous()), LayerBench.constant(given.input(1)), given.flag("transB", false), pass);
            Variable scaled = scaling.forward(y, given.number("alpha", 1), pass);
            return !given.has(2) ? scaled
                    : addition.forward(scaled, scaling.forward(LayerBench.constant(given.input(2)), given.number("beta", 1), pass), pass);
        }
    }
}
