package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.List;
import java.util.Optional;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Provider;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile;
import org.llmsys.tokenizer.TokenizerType;
import org.osgi.service.component.annotations.Component;

/** Trains and reads tokenizers that find the most probable segmentation ({@link ViterbiSegmenter}). */
@Component
@Provider(slot = "tokenizer", algorithm = UnigramType.TYPE, name = UnigramType.TYPE, summary = "the most probable way to cut a text, found by Viterbi",
        reference = "https://arxiv.org/abs/1804.10959")
public final class UnigramType implements TokenizerType {

    static final String TYPE = "unigram";
    private static final String MODEL = "Unigram";

    @Override
    public Tokenizer train(String text, TrainingSettings settings, Job job) {
        Pieces pieces = new PieceTrainer(text, settings, job).unigram();
        return PieceFiles.tokenizer(TYPE, pieces, TextForm.sentencePiece(Spacing.LLAMA, true, List.of(), List.of(), pieces.textEnd()));
    }

    @Override
    public boolean reads(String json) {
        return MetaspaceJson.reads(json, MODEL);
    }

    @Override
    public Tokenizer read(String json) {
        return MetaspaceJson.read(json, TYPE, MODEL);
    }

    @Override
    public Optional<Tokenizer> readFile(TokenizerFile file) {
        return PieceFiles.read(file, TYPE);
    }
}
