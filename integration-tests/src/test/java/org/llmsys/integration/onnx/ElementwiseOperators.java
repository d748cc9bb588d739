package org.llmsys.integration.onnx;

import static java.util.Map.entry;

import java.util.Arrays;
import java.util.Map;

import org.llmsys.layers.ActivationLayer;
import org.llmsys.tensor.Comparison;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.UnaryFunction;

/** Element by element: arithmetic, functions, comparisons, activations. */
final class ElementwiseOperators {

    private static final double SELU_ALPHA = 1.67326319217681884765625;
    private static final double SELU_GAMMA = 1.05070102214813232421875;

    private ElementwiseOperators() {
    }

    static final Map<String, OnnxOperator> ARITHMETIC = Map.ofEntries(
            entry("Add", OnnxOperator.binary(Tensor::add)),
            entry("Sub", OnnxOperator.binary(Tensor::sub)),
            entry("Mul", OnnxOperator.binary(Tensor::mul)),
            entry("Div", OnnxOperator.binary(Tensor::div)),
            entry("Pow", OnnxOperator.binary(Tensor::pow)),
            entry("Max", OnnxOperator.folded(Tensor::maximum)),
            entry("Min", OnnxOperator.folded(Tensor::minimum)),
            entry("Sum", OnnxOperator.folded(Tensor::add)),
            entry("Mean", OnnxOperator.of(given -> Arrays.stream(given.all()).reduce(Tensor::add)
                    .map(sum -> sum.div(sum.scalar(given.inputs().size()))).orElseThrow())),
            entry("Clip", OnnxOperator.of(ElementwiseOperators::clip)),
            entry("Where", OnnxOperator.of(given -> Tensor.where(given.input(0), given.input(1), given.input(2)))),
            entry("Equal", comparison(Comparison.EQUAL)),
            entry("Less", comparison(Comparison.LESS)),
            entry("LessOrEqual", comparison(Comparison.LESS_OR_EQUAL)),
            entry("Greater", comparison(Comparison.GREATER)),
            entry("GreaterOrEqual", comparison(Comparison.GREATER_OR_EQUAL)),
            entry("And", OnnxOperator.binary(Tensor::mul)),
            entry("Or", OnnxOperator.binary(Tensor::maximum)),
            entry("Xor", comparison(Comparison.NOT_EQUAL)),
            entry("Not", OnnxOperator.unary(x -> x.compare(Comparison.EQUAL, x.scalar(0)))));

    static final Map<String, OnnxOperator> FUNCTIONS = Map.ofEntries(
            entry("Neg", function(UnaryFunction.NEG)),
            entry("Abs", function(UnaryFunction.ABS)),
            entry("Sign", function(UnaryFunction.SIGN)),
            entry("Reciprocal", function(UnaryFunction.RECIPROCAL)),
            entry("Sqrt", function(UnaryFunction.SQRT)),
            entry("Exp", function(UnaryFunction.EXP)),
            entry("Log", function(UnaryFunction.LOG)),
            entry("Sin", function(UnaryFunction.SIN)),
            entry("Cos", function(UnaryFunction.COS)),
            entry("Tanh", activation("tanh")),
            entry("Erf", function(UnaryFunction.ERF)),
            entry("Floor", function(UnaryFunction.FLOOR)),
            entry("Ceil", function(UnaryFunction.CEIL)),
            entry("Round", function(UnaryFunction.ROUND)),
            entry("Identity", OnnxOperator.unary(x -> x)),
            entry("Cast", OnnxOperator.of(given -> given.input(0).to(type(given.integer("to", 1))))));

    static final Map<String, OnnxOperator> ACTIVATIONS = Map.ofEntries(
            entry("Relu", activation("relu")),
            entry("Sigmoid", activation("sigmoid")),
            entry("Gelu", OnnxOperator.of(given -> activate(given.text("approximate", "none").equals("tanh") ? "gelu-tanh" : "gelu", given.input(0)))),
            entry("Swish", OnnxOperator.of(given -> {
                Tensor x = given.input(0);
                double alpha = given.number("alpha", 1);
                return alpha == 1 ? activate("silu", x) : x.mul(scaled(alpha, x).sigmoid());
            })),
            entry("LeakyRelu", OnnxOperator.of(given -> bent(given.input(0), scaled(given.number("alpha", 0.01), negative(given.input(0)))))),
            entry("PRelu", OnnxOperator.binary((x, slope) -> bent(x, negative(x).mul(slope)))),
            entry("Elu", OnnxOperator.of(given -> elu(given.input(0), given.number("alpha", 1)))),
            entry("Selu", OnnxOperator.of(given -> scaled(given.number("gamma", SELU_GAMMA), elu(given.input(0), given.number("alpha", SELU_ALPHA))))),
            entry("Celu", OnnxOperator.of(given -> {
                double alpha = given.number("alpha", 1);
                return scaled(alpha, elu(scaled(1 / alpha, given.input(0)), 1));
            })),
            entry("HardSigmoid", OnnxOperator.of(given -> hardSigmoid(given.input(0), given.number("alpha", 0.2), given.number("beta", 0.5)))),
            entry("HardSwish", OnnxOperator.unary(x -> x.mul(hardSigmoid(x, 1.0 / 6, 0.5)))),
            entry("Softplus", OnnxOperator.unary(ElementwiseOperators::softplus)),
            entry("Softsign", OnnxOperator.unary(x -> x.div(x.abs().add(x.scalar(1))))),
            entry("Mish", OnnxOperator.unary(x -> x.mul(softplus(x).tanh()))),
            entry("ThresholdedRelu", OnnxOperator.of(given -> {
                Tensor x = given.input(0);
                return Tensor.where(x.compare(Comparison.GREATER, x.scalar(given.number("alpha", 1))), x, x.scalar(0));
            })));

    private static OnnxOperator function(UnaryFunction function) {
        return OnnxOperator.unary(x -> x.map(function));
    }

    private static OnnxOperator comparison(Comparison comparison) {
        return OnnxOperator.binary((a, b) -> a.compare(comparison, b));
    }

    private static OnnxOperator activation(String algorithm) {
        return OnnxOperator.unary(x -> activate(algorithm, x));
    }

    private static Tensor activate(String algorithm, Tensor x) {
        return LayerBench.run(needs -> new ActivationLayer(algorithm, needs), x);
    }

    private static Tensor scaled(double factor, Tensor x) {
        return x.mul(x.scalar(factor));
    }

    private static Tensor negative(Tensor x) {
        return x.minimum(x.scalar(0));
    }

    /** x above 0, something else below it. */
    private static Tensor bent(Tensor x, Tensor below) {
        return x.maximum(x.scalar(0)).add(below);
    }

    private static Tensor elu(Tensor x, double alpha) {
        return bent(x, scaled(alpha, negative(x).exp().sub(x.scalar(1))));
    }

    private static Tensor hardSigmoid(Tensor x, double alpha, double beta) {
        return scaled(alpha, x).add(x.scalar(beta)).maximum(x.scalar(0)).minimum(x.scalar(1));
    }

    private static Tensor softplus(Tensor x) {
        return bent(x, x.abs().neg().exp().add(x.scalar(1)).log());
    }

    private static Tensor clip(OnnxCase given) {
        Tensor x = given.input(0);
        Tensor least = given.attributes().has("min") ? x.scalar(given.number("min", 0)) : given.optional(1);
        Tensor most = given.attributes().has("max") ? x.scalar(given.number("max", 0)) : given.optional(2);
        Tensor raised = least == null ? x : x.maximum(least.reshape());
        return most == null ? raised : raised.minimum(most.reshape());
    }

    /** By the numbers of ONNX's TensorProto. */
    private static DType type(int number) {
        return switch (number) {
            case 1 -> DType.F32;
            case 6 -> DType.I32;
            case 7 -> DType.I64;
            case 9 -> DType.I32;                          // BOOL: a whole number here
            case 10 -> DType.F16;
            case 11 -> DType.F64;
            case 16 -> DType.BF16;
            default -> throw new IllegalArgumentException("no type of ours has ONNX's number " + number);
        };
    }
}
