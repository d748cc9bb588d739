package org.llmsys.tokenizer.internal.sentencepiece;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Provider;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType;
import org.osgi.service.component.annotations.Component;

/** Trains and reads tokenizers that merge characters by score, as Llama's do ({@link MergeSegmenter}). */
@Component(service = TokenizerType.class)
@Provider(slot = "tokenizer", algorithm = SentencePieceBpeType.TYPE, name = SentencePieceBpeType.TYPE,
        summary = "characters merged by score, bytes for what is unknown (Llama)",
        reference = "https://arxiv.org/abs/1808.06226")
public final class SentencePieceBpeType extends PieceTokenizerType {

    static final String TYPE = "sentencepiece-bpe";

    public SentencePieceBpeType() {
        super(TYPE, "BPE");
    }

    @Override
    public Tokenizer train(String text, TrainingSettings settings, Job job) {
        MergeTrainer.Learned learned = MergeTrainer.train(TrainingWords.of(text, settings, job), settings, job);
        return new SentencePieceTokenizer.Trained(learned.pieces(), learned(learned.pieces()), learned.history());
    }
}
