package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.List;
import java.util.Optional;

import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile;
import org.llmsys.tokenizer.TokenizerType;

/** What the kinds of SentencePiece share: the files they read, and how what they learned treats text. */
abstract class PieceTokenizerType implements TokenizerType {

    private final String type;
    private final String model;

    /** @param model what {@code tokenizer.json} calls it */
    PieceTokenizerType(String type, String model) {
        this.type = type;
        this.model = model;
    }

    /** Llama's spaces, bytes for what is unknown, nothing added at the ends. */
    static TextForm learned(Pieces pieces) {
        return TextForm.sentencePiece(PieceFiles.PLAIN, true, List.of(), List.of(), pieces.textEnd());
    }

    @Override
    public boolean reads(String json) {
        return MetaspaceJson.reads(json, model);
    }

    @Override
    public Tokenizer read(String json) {
        return MetaspaceJson.read(json, type, model);
    }

    @Override
    public Optional<Tokenizer> readFile(TokenizerFile file) {
        return PieceFiles.read(file, type);
    }
}
