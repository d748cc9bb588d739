package org.llmsys.tokenizer.internal.bytepair;

import java.util.List;
import java.util.Optional;

import com.google.gson.JsonObject;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.files.GgufReader;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.tokenizer.internal.SpecialTokens;
import org.osgi.service.component.annotations.Component;

/**
 * Trains and reads {@link ByteBpeTokenizer}s. Training cuts text as GPT-2 does; the vocabulary is the 256 bytes, the tokens learned,
 * and {@code <|endoftext|>} last. A training text's own {@code <|endoftext|>} are left out of the counting.
 */
@Component
@Provider(slot = "tokenizer", algorithm = ByteBpeTokenizer.TYPE, name = ByteBpeTokenizer.TYPE,
        summary = "byte-pair encoding over bytes, as GPT-2, GPT-4, Llama 3, StarCoder and Qwen 2 use it", reference = "Radford et al. 2019")
public final class ByteBpeType implements TokenizerType {

    private static final String END_OF_TEXT = "<|endoftext|>";

    @Override
    public Tokenizer train(String text, TrainingSettings settings, Job job) {
        int merged = ByteBpeTrainer.mergedOf(settings, 1);
        if (text.isEmpty()) {
            throw Problem.failed("cannot learn a vocabulary", "the text is empty", "give a text");
        }
        List<byte[]> documents = new SpecialTokens(List.of(END_OF_TEXT)).split(text, Specials.RECOGNIZED).stream()
                .filter(piece -> !piece.special())
                .map(piece -> Utf8.bytes(text.substring(piece.start(), piece.end()), piece.start())).toList();
        BytePairModel model = ByteBpeTrainer.train(documents, Cut.GPT2.scanner(), merged, settings.minFrequency(), job);
        return new ByteBpeTokenizer(model, TextSettings.of(Cut.GPT2), List.of(new AddedToken(model.tokens().size(), END_OF_TEXT, true)));
    }

    @Override
    public boolean reads(String json) {
        JsonObject root = ByteBpeJson.recognize(json);
        return root != null && !BpeType.isPlain(root);
    }

    @Override
    public Tokenizer read(String json) {
        ByteBpeJson.Content content = ByteBpeJson.read(json);
        return new ByteBpeTokenizer(content.model(), content.settings(), content.added());
    }

    /** tiktoken's rank files, GPT-2's vocabulary with merges, and GGUF files with such a vocabulary. */
    @Override
    public Optional<Tokenizer> readFile(TokenizerFile file) {
        return switch (file.form()) {
            case TIKTOKEN -> Optional.of(RankFile.read(file.bytes()));
            case VOCAB_AND_MERGES -> Optional.of(VocabAndMerges.read(file.text(), file.merges()));
            case GGUF -> GgufVocabulary.read(GgufReader.read(file.path())).map(tokenizer -> tokenizer);
            default -> Optional.empty();
        };
    }
}
