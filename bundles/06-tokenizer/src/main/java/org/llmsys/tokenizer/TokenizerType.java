package org.llmsys.tokenizer;

import java.util.Optional;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Slot;
import org.osgi.annotation.versioning.ConsumerType;

/** One kind of tokenizer: trains one from a text, reads one from a file. Stateless and thread-safe. */
@Slot("tokenizer")
@ConsumerType
public interface TokenizerType {

    /**
     * Learns a vocabulary.
     *
     * @param settings vocabulary size and minimum frequency
     * @param job      told of progress; may cancel
     * @throws org.llmsys.assembly.Problem for a text nothing can be learned from
     */
    Tokenizer train(String text, TrainingSettings settings, Job job);

    /** Whether {@code json}, the content of a {@code tokenizer.json}, describes a tokenizer of this kind. */
    boolean reads(String json);

    /**
     * Makes the tokenizer that {@code json} describes.
     *
     * @throws org.llmsys.assembly.Problem when it is not one of this kind, or damaged
     */
    Tokenizer read(String json);

    /**
     * Makes the tokenizer in a file of another form than {@code tokenizer.json}, if it is one of this kind.
     *
     * @return empty when this kind does not read such files
     * @throws org.llmsys.assembly.Problem when it is of this kind but damaged, or needs something that is not implemented
     */
    default Optional<Tokenizer> readFile(TokenizerFile file) {
        return Optional.empty();
    }

    /**
     * @param vocabSize    largest number of ids wanted; 0 for as many as the text has
     * @param minFrequency how often something must occur to get an id; 1 or more
     */
    record TrainingSettings(int vocabSize, int minFrequency) {

        public static final TrainingSettings DEFAULTS = new TrainingSettings(0, 1);
    }
}
