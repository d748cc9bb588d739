package org.llmsys.examples.chars;

import org.llmsys.layers.RecurrentState;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Tensor;
import org.llmsys.training.NetworkTrainer;

/**
 * Lets a network write: it reads one character, says what might come next, one of these is drawn, and read in turn.
 *
 * <pre>
 *   p[v] = exp(logits[v] / temperature) / sum of these          next ~ p
 * </pre>
 */
final class CharWriter {

    private static final double TEMPERATURE = 0.7;

    private final NetworkTrainer<CharNetwork> trainer;
    private final Characters characters;
    private final long seed;

    CharWriter(NetworkTrainer<CharNetwork> trainer, Characters characters, long seed) {
        this.trainer = trainer;
        this.characters = characters;
        this.seed = seed;
    }

    /** @param place another place, another text */
    String write(int length, long place) {
        RandomStream random = RandomStream.at(seed, place);
        StringBuilder text = new StringBuilder();
        int id = characters.ids()[0];                                  // begins as the text does
        RecurrentState state = null;
        for (int i = 0; i < length; i++) {
            text.append(characters.text(id));
            int[] last = {id};
            RecurrentState before = state;
            Next next = trainer.infer((network, pass) -> {
                CharNetwork.Reading reading = network.read(last, 1, before, pass);
                return new Next(reading.logits().value().copy(), reading.state().kept());
            });
            id = draw(next.logits(), random.nextDouble());
            state = next.state();
        }
        return text.toString();
    }

    /** @param logits (1,1,V) */
    private record Next(Tensor logits, RecurrentState state) {
    }

    /** Walks along the probabilities until they add up to {@code share}. */
    private static int draw(Tensor logits, double share) {
        int vocabSize = logits.shape().intExtent(-1);
        double max = logits.max(false).getDouble();                    // nothing overflows when the largest is exp(0)
        double[] weights = new double[vocabSize];
        double sum = 0;
        for (int v = 0; v < vocabSize; v++) {
            weights[v] = Math.exp((logits.get(0, 0, v) - max) / TEMPERATURE);
            sum += weights[v];
        }
        double left = share * sum;
        int id = 0;
        while (id < vocabSize - 1 && left >= weights[id]) {
            left -= weights[id++];
        }
        return id;
    }
}
