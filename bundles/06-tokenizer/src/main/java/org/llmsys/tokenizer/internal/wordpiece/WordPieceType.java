package org.llmsys.tokenizer.internal.wordpiece;

import java.util.Optional;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Provider;
import org.llmsys.files.GgufReader;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile;
import org.llmsys.tokenizer.TokenizerType;
import org.osgi.service.component.annotations.Component;

/** BERT's tokenizer: words and marks in small letters, cut into the longest pieces of a vocabulary. */
@Component
@Provider(slot = "tokenizer", algorithm = WordPieceTokenizer.TYPE, name = WordPieceTokenizer.TYPE,
        summary = "BERT's: words in small letters, cut into the longest known pieces")
public final class WordPieceType implements TokenizerType {

    @Override
    public Tokenizer train(String text, TrainingSettings settings, Job job) {
        return new WordPieceTrainer(settings, job).train(text);
    }

    @Override
    public boolean reads(String json) {
        return WordPieceJson.describes(json);
    }

    @Override
    public Tokenizer read(String json) {
        return WordPieceJson.read(json);
    }

    /** BERT's {@code vocab.txt}, and GGUF files with such a vocabulary. */
    @Override
    public Optional<Tokenizer> readFile(TokenizerFile file) {
        return switch (file.form()) {
            case VOCAB_TXT -> Optional.of(VocabText.read(file.bytes()));
            case GGUF -> BertGguf.read(GgufReader.read(file.path()));
            default -> Optional.empty();
        };
    }
}
