package org.llmsys.examples.xor;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.autograd.Value;

/**
 * The network of {@link Xor}, one number at a time: no tensors, no kernels, no layers, only {@link Value}. It begins with the same weights
 * and takes the same steps, so it comes to the same numbers, but for rounding.
 *
 * <pre>
 *   h[j] = tanh(x[0] * W[0,j] + x[1] * W[1,j] + b[j])        j = 0 … 3
 *   y    = sigmoid(h[0] * V[0] + … + h[3] * V[3] + c)
 *   loss = mean over the four questions of (y - answer)²
 * </pre>
 */
final class ScalarXor {

    /** W (2,4) row by row, b (4), V (4), c: 17 numbers, the whole memory of the network. */
    private final double[] weights;

    ScalarXor(double[] weights) {
        this.weights = weights.clone();
    }

    /** One step of learning: forward, backward, and every weight a little down its slope. Returns the loss before the step. */
    double learn(double rate) {
        List<Value> w = fresh();
        Value loss = Value.of(0);
        for (int question = 0; question < 4; question++) {
            Value miss = answer(w, question).subtract(Value.of(Xor.ANSWERS[question]));
            loss = loss.add(miss.multiply(miss).multiply(Value.of(0.25)));
        }
        loss.backward();                                              // fills in dLoss/dw for each of the 17
        for (int i = 0; i < weights.length; i++) {
            weights[i] -= rate * w.get(i).gradient();
        }
        return loss.data();
    }

    /** What the network answers to each of the four questions now. */
    List<Double> answers() {
        List<Double> answers = new ArrayList<>();
        for (int question = 0; question < 4; question++) {
            answers.add(answer(fresh(), question).data());
        }
        return answers;
    }

    /** The weights as values that no step has used yet: a value remembers what it was used for, so each step takes new ones. */
    private List<Value> fresh() {
        List<Value> values = new ArrayList<>();
        for (double weight : weights) {
            values.add(Value.of(weight));
        }
        return values;
    }

    private static Value answer(List<Value> w, int question) {
        Value x0 = Value.of(Xor.QUESTIONS[question][0]);
        Value x1 = Value.of(Xor.QUESTIONS[question][1]);
        Value y = w.get(16);                                                              // c
        for (int j = 0; j < 4; j++) {
            Value sum = x0.multiply(w.get(j)).add(x1.multiply(w.get(4 + j))).add(w.get(8 + j));
            y = y.add(sum.tanh().multiply(w.get(12 + j)));
        }
        return sigmoid(y);
    }

    /** 1 / (1 + exp(-x)): from any number to one between 0 and 1. */
    private static Value sigmoid(Value x) {
        Value exp = x.multiply(Value.of(-1)).exp();
        return Value.of(1).divide(Value.of(1).add(exp));
    }
}
