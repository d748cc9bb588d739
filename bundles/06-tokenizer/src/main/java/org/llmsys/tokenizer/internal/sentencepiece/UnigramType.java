package org.llmsys.tokenizer.internal.sentencepiece;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Provider;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType;
import org.osgi.service.component.annotations.Component;

/** Trains and reads tokenizers that find the most probable segmentation ({@link ViterbiSegmenter}). */
@Component(service = TokenizerType.class)
@Provider(slot = "tokenizer", algorithm = UnigramType.TYPE, name = UnigramType.TYPE,
        summary = "the most probable way to cut a text, found by Viterbi",
        reference = "https://arxiv.org/abs/1804.10959")
public final class UnigramType extends PieceTokenizerType {

    static final String TYPE = "unigram";

    public UnigramType() {
        super(TYPE, "Unigram");
    }

    @Override
    public Tokenizer train(String text, TrainingSettings settings, Job job) {
        Pieces pieces = UnigramTrainer.train(TrainingWords.of(text, settings, job), settings, job);
        return PieceFiles.tokenizer(TYPE, pieces, learned(pieces));
    }
}
