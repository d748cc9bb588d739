package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/** A character model in small: an LSTM learns a text piece by piece and writes it character by character. */
class RecurrentLearningTest {

    private static final String TEXT = "hello world, ";
    private static final String ALPHABET = "helo wrd,";
    private static final int HIDDEN = 24;
    private static final int CHARACTERS = ALPHABET.length();

    record Network(Lstm lstm, Linear out, LossLayer loss) {

        Network(NamedWeights weights, Needs needs) {
            this(new Lstm("lstm", CHARACTERS, HIDDEN, weights, needs), new Linear("out", HIDDEN, CHARACTERS, weights, needs),
                    new LossLayer("cross-entropy", needs));
        }
    }

    @Test
    @DisplayName("400 steps of gradient descent over 13 characters each, the state handed on: then it writes \"hello world, \" from an h")
    void learnsAndWrites() {
        List<Variable> learning = List.of(weight("lstm.weight_ih_l0", 4 * HIDDEN, CHARACTERS), weight("lstm.weight_hh_l0", 4 * HIDDEN, HIDDEN),
                weight("lstm.bias_ih_l0", 4 * HIDDEN), weight("lstm.bias_hh_l0", 4 * HIDDEN), weight("out.weight", HIDDEN, CHARACTERS), weight("out.bias", CHARACTERS));
        NamedWeights weights = NamedWeights.of(learning.toArray(Variable[]::new));
        String next = TEXT.substring(1) + TEXT.charAt(0);
        List<RecurrentState> states = new ArrayList<>();                              // one after each step
        Trial trial = Workbench.trial();
        trial.train(400, needs -> new Network(weights, needs), (network, pass) -> {
            RecurrentLayer.Result result = network.lstm().forward(oneHot(TEXT), states.isEmpty() ? null : states.getLast(), pass);
            Variable logits = network.out().forward(result.output(), pass);
            Variable loss = network.loss().forward(logits, ids(next), pass);
            states.add(result.state().kept());
            descend(learning, pass.tape().backward(loss));
            assertTrue(states.size() < 400 || loss.value().getDouble(0) < 0.05, "loss " + loss.value().getDouble(0));
        });
        StringBuilder written = new StringBuilder("h");
        trial.infer(needs -> new Network(weights, needs), (network, pass) -> {
            RecurrentState state = states.getLast();
            while (written.length() < 2 * TEXT.length()) {
                RecurrentLayer.Result result = network.lstm().forward(oneHot(written.substring(written.length() - 1)), state, pass);
                state = result.state();
                Tensor logits = network.out().forward(result.output(), pass).value();
                written.append(ALPHABET.charAt((int) logits.argmax(false).getLong()));
            }
        });
        assertEquals(TEXT + TEXT, written.toString());
    }

    /** Text of T characters to (1,T,V): a 1 at each character's place. */
    private static Variable oneHot(String text) {
        Tensor x = Tensor.zeros(1, text.length(), CHARACTERS);
        for (int t = 0; t < text.length(); t++) {
            x.set(1, 0, t, ALPHABET.indexOf(text.charAt(t)));
        }
        return Variable.constant("x", x);
    }

    private static Tensor ids(String text) {
        Tensor ids = Tensor.zeros(DType.I32, Shape.of(1, text.length()));
        for (int t = 0; t < text.length(); t++) {
            ids.set(ALPHABET.indexOf(text.charAt(t)), 0, t);
        }
        return ids;
    }

    private static Variable weight(String name, long... extents) {
        Variable weight = Trial.random(name, extents);
        for (int i = 0; i < weight.value().size(); i++) {
            weight.value().elements().set(i, weight.value().elements().get(i) / Math.sqrt(HIDDEN));
        }
        return weight;
    }

    private static void descend(List<Variable> weights, Gradients gradients) {
        for (Variable weight : weights) {
            Tensor gradient = gradients.of(weight);
            for (int i = 0; i < gradient.size(); i++) {
                weight.value().elements().add(i, -gradient.elements().get(i));
            }
        }
    }
}
