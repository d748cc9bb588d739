package org.llmsys.examples.chars;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.embedding.Embedding;
import org.llmsys.layers.Direction;
import org.llmsys.layers.Linear;
import org.llmsys.layers.LossLayer;
import org.llmsys.layers.Lstm;
import org.llmsys.layers.RecurrentLayer;
import org.llmsys.layers.RecurrentState;
import org.llmsys.layers.Rnn;

/**
 * A network that reads characters one after the other, remembers, and says which might come next.
 *
 * <pre>
 *   ids (B,T) -embedding-> (B,T,C) -rnn or lstm-> (B,T,H) -linear-> logits (B,T,V)
 * </pre>
 *
 * @param embedding a vector for each character
 * @param memory    carries a state from character to character
 * @param head      from what it remembers to a number for each character
 */
record CharNetwork(Embedding embedding, RecurrentLayer memory, Linear head, LossLayer loss) {

    static final int EMBEDDING_DIM = 32;
    static final int HIDDEN_DIM = 128;

    /** @param cell {@code rnn} or {@code lstm} */
    static CharNetwork of(String cell, int vocabSize, Parameters weights, Needs needs) {
        RecurrentLayer memory = switch (cell) {
            case "rnn" -> new Rnn("memory", EMBEDDING_DIM, HIDDEN_DIM, 1, Direction.FORWARD, "tanh", weights, needs);
            case "lstm" -> new Lstm("memory", EMBEDDING_DIM, HIDDEN_DIM, weights, needs);
            default -> throw Problem.misused("there is no cell " + cell, "a memory is an rnn or an lstm", "write --cell rnn or --cell lstm");
        };
        return new CharNetwork(new Embedding("embedding", vocabSize, EMBEDDING_DIM, weights, needs), memory,
                new Linear("head", HIDDEN_DIM, vocabSize, weights, needs), new LossLayer("cross-entropy", needs));
    }

    /**
     * What the network says and remembers after reading.
     *
     * @param logits (B,T,V)
     */
    record Reading(Variable logits, RecurrentState state) {
    }

    /**
     * @param ids    B*T characters, row by row
     * @param before what it remembers from earlier pieces, or null for nothing
     */
    Reading read(int[] ids, int batch, RecurrentState before, Pass pass) {
        Variable x = embedding.forward(ids, pass, batch, ids.length / batch);          // (B,T,C)
        RecurrentLayer.Result result = memory.forward(x, before, pass);                // (B,T,H)
        return new Reading(head.forward(result.output(), pass), result.state());       // (B,T,V)
    }
}
