package org.llmsys.integration.onnx;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

import org.llmsys.tensor.Tensor;

/** An ONNX operator, computed by what the rooms offer in public. */
@FunctionalInterface
interface OnnxOperator {

    /** The outputs in the operator's order; later ones may be left out when the case does not ask for them. */
    List<Tensor> outputs(OnnxCase given);

    /** An operator with one output. */
    static OnnxOperator of(Function<OnnxCase, Tensor> function) {
        return given -> List.of(function.apply(given));
    }

    /** A function of one tensor. */
    static OnnxOperator unary(Function<Tensor, Tensor> function) {
        return of(given -> function.apply(given.input(0)));
    }

    /** A function of two tensors. */
    static OnnxOperator binary(BiFunction<Tensor, Tensor, Tensor> function) {
        return of(given -> function.apply(given.input(0), given.input(1)));
    }

    /** A function of two tensors, applied to any number of them from first to last. */
    static OnnxOperator folded(BiFunction<Tensor, Tensor, Tensor> function) {
        return of(given -> Arrays.stream(given.all()).reduce(function::apply).orElseThrow());
    }
}
