package org.llmsys.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.UnaryOperator;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValueTest {

    @Test
    @DisplayName("y = x² + x at 3: y = 12, dy/dx = 7")
    void byHand() {
        Value x = Value.of(3);
        Value y = x.multiply(x).add(x);
        y.backward();
        assertEquals(12, y.data());
        assertEquals(7, x.gradient());
    }

    @Test
    @DisplayName("a neuron tanh(w1 x1 + w2 x2 + b) whose tanh' is 0.5: each gradient is 0.5 times the other factor")
    void neuron() {
        Value x1 = Value.of(2);
        Value x2 = Value.of(0);
        Value w1 = Value.of(-3);
        Value w2 = Value.of(1);
        Value y = x1.multiply(w1).add(x2.multiply(w2)).add(Value.of(6.8813735870195432)).tanh();
        y.backward();
        assertEquals(-1.5, x1.gradient(), 1e-12);
        assertEquals(0.5, x2.gradient(), 1e-12);
        assertEquals(1, w1.gradient(), 1e-12);
        assertEquals(0, w2.gradient(), 1e-12);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"add", "subtract", "multiply", "divide", "power", "exp", "log", "tanh", "relu"})
    @DisplayName("every operation agrees with finite differences")
    void gradientCheck(String operation) {
        UnaryOperator<Value> f = switch (operation) {
            case "add" -> x -> x.add(Value.of(2)).add(x);
            case "subtract" -> x -> Value.of(2).subtract(x);
            case "multiply" -> x -> x.multiply(x);
            case "divide" -> x -> Value.of(2).divide(x);
            case "power" -> x -> x.power(2.5);
            case "exp" -> Value::exp;
            case "log" -> Value::log;
            case "tanh" -> Value::tanh;
            default -> Value::relu;
        };
        double[] at = {0.8};
        Value x = Value.of(at[0]);
        f.apply(x).backward();
        assertTrue(GradientCheck.DOUBLE.function(operation, p -> f.apply(Value.of(p[0])).data(), at, new double[] {x.gradient()}).good());
    }

    @Test
    @DisplayName("a chain of 100,000 operations neither overflows the stack nor takes every path")
    void longChain() {
        Value x = Value.of(1e-5);
        Value y = x;
        for (int i = 0; i < 100_000; i++) {
            y = y.add(x);
        }
        y.backward();
        assertEquals(100_001, x.gradient());
        Value doubled = Value.of(1);
        Value z = doubled;
        for (int i = 0; i < 50; i++) {
            z = z.add(z);
        }
        z.backward();
        assertEquals(0x1p50, doubled.gradient());
    }

    @Test
    @DisplayName("going back twice does not add up")
    void backwardTwice() {
        Value x = Value.of(3);
        Value y = x.multiply(x);
        y.backward();
        y.backward();
        assertEquals(6, x.gradient());
    }
}
