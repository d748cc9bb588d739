package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.List;
import java.util.Optional;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Provider;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile;
import org.llmsys.tokenizer.TokenizerType;
import org.osgi.service.component.annotations.Component;

/** Trains and reads tokenizers that merge characters by score, as Llama's do ({@link MergeSegmenter}). */
@Component
@Provider(slot = "tokenizer", algorithm = SentencePieceBpeType.TYPE, name = SentencePieceBpeType.TYPE, summary = "characters merged by score, bytes for what is unknown (Llama)",
        reference = "https://arxiv.org/abs/1808.06226")
public final class SentencePieceBpeType implements TokenizerType {

    static final String TYPE = "sentencepiece-bpe";
    private static final String MODEL = "BPE";

    @Override
    public Tokenizer train(String text, TrainingSettings settings, Job job) {
        Pieces pieces = new PieceTrainer(text, settings, job).merges();
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
