package org.llmsys.autograd;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * One number that remembers how it was made: the whole of this room in its smallest form, to read before the rest.
 *
 * <pre>
 *   y = f(a, b)          dLoss/da += dLoss/dy * dy/da          dLoss/db += dLoss/dy * dy/db
 * </pre>
 *
 * <p>Each operation keeps its inputs and the slope dy/dinput for each. {@link #backward} puts the graph in order, inputs before results,
 * and walks it the other way, so that a number passes its gradient on only when it has received all of it. The tape of this room does the same with
 * tensors instead of numbers, and needs no sorting, because it takes operations down in order.
 *
 * <pre>{@code
 * Value x = Value.of(3);
 * Value y = x.multiply(x).add(x);      // y = x² + x = 12
 * y.backward();
 * x.gradient()                         // 2x + 1 = 7
 * }</pre>
 *
 * @see <a href="https://github.com/karpathy/micrograd">Karpathy 2020, micrograd</a>, which made this form of the lesson well known
 */
public final class Value {

    private final double data;
    private final String operation;
    private final Value[] inputs;
    private final double[] slopes;
    private double gradient;

    private Value(double data, String operation, Value[] inputs, double[] slopes) {
        this.data = data;
        this.operation = operation;
        this.inputs = inputs;
        this.slopes = slopes;
    }

    /** A number that was given, not computed. */
    public static Value of(double data) {
        return new Value(data, "given", new Value[0], new double[0]);
    }

    private static Value unary(String operation, double data, Value x, double slope) {
        return new Value(data, operation, new Value[] {x}, new double[] {slope});
    }

    private static Value binary(String operation, double data, Value a, double slopeA, Value b, double slopeB) {
        return new Value(data, operation, new Value[] {a, b}, new double[] {slopeA, slopeB});
    }

    public double data() {
        return data;
    }

    /** dLoss/dthis, where Loss is the value {@link #backward} was called on; 0 before. */
    public double gradient() {
        return gradient;
    }

    /** How it was made: "+", "tanh", …, or "given". */
    public String operation() {
        return operation;
    }

    /** What it was made from, in the order of the operation; empty when it was given. */
    public List<Value> inputs() {
        return List.of(inputs);
    }

    public Value add(Value other) {
        return binary("+", data + other.data, this, 1, other, 1);
    }

    public Value subtract(Value other) {
        return binary("-", data - other.data, this, 1, other, -1);
    }

    public Value multiply(Value other) {
        return binary("*", data * other.data, this, other.data, other, data);
    }

    public Value divide(Value other) {
        return multiply(other.power(-1));
    }

    /** this^exponent; the exponent is a constant. */
    public Value power(double exponent) {
        return unary("^" + exponent, Math.pow(data, exponent), this, exponent * Math.pow(data, exponent - 1));
    }

    public Value exp() {
        double y = Math.exp(data);
        return unary("exp", y, this, y);
    }

    public Value log() {
        return unary("log", Math.log(data), this, 1 / data);
    }

    public Value tanh() {
        double y = Math.tanh(data);
        return unary("tanh", y, this, 1 - y * y);
    }

    public Value relu() {
        return unary("relu", Math.max(0, data), this, data > 0 ? 1 : 0);
    }

    /** Sets the gradient of every value that this one was made from. Gradients of an earlier call are forgotten. */
    public void backward() {
        List<Value> order = inputsFirst();
        order.forEach(value -> value.gradient = 0);
        gradient = 1;
        for (Value value : order.reversed()) {
            for (int i = 0; i < value.inputs.length; i++) {
                value.inputs[i].gradient += value.gradient * value.slopes[i];
            }
        }
    }

    /** Every value this one depends on, each after its own inputs, this one last. Without recursion: long chains would overflow the stack. */
    List<Value> inputsFirst() {
        List<Value> order = new ArrayList<>();
        Set<Value> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Value> placed = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Value> open = new ArrayDeque<>(List.of(this));
        while (!open.isEmpty()) {
            Value value = open.peek();
            if (seen.add(value)) {
                for (Value input : value.inputs) {
                    open.push(input);
                }
            } else {
                open.pop();
                if (placed.add(value)) {
                    order.add(value);
                }
            }
        }
        return order;
    }

    /** Operation and number; {@link ComputationGraph#of(Value)} shows all that it was made from. */
    @Override
    public String toString() {
        return operation + " " + data;
    }
}
