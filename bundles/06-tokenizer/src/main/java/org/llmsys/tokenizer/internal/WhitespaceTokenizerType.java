package org.llmsys.tokenizer.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType;
import org.osgi.service.component.annotations.Component;

/** Trains and reads {@link WhitespaceTokenizer}s: the vocabulary is {@code <unk>} and the words of a text, the most frequent first. */
@Component
@Provider(slot = "tokenizer", algorithm = WhitespaceTokenizer.TYPE, name = WhitespaceTokenizer.TYPE, summary = "one token a word, <unk> for unknown words")
public final class WhitespaceTokenizerType implements TokenizerType {

    @Override
    public Tokenizer train(String text, TrainingSettings settings, Job job) {
        List<String> words = new ArrayList<>();
        Words.forEach(text, 0, text.length(), (start, end) -> words.add(text.substring(start, end)));
        TrainingSettings forWords = new TrainingSettings(Math.max(0, settings.vocabSize() - 1), settings.minFrequency());
        List<String> tokens = new ArrayList<>(List.of(WhitespaceTokenizer.UNKNOWN));
        if (settings.vocabSize() != 1) {
            Counts.of(words.stream(), forWords).stream().filter(word -> !word.equals(WhitespaceTokenizer.UNKNOWN)).forEach(tokens::add);
        }
        if (words.isEmpty()) {
            throw Problem.failed("cannot learn a vocabulary", "the text has no words", "give a text with words in it");
        }
        return new WhitespaceTokenizer(new Vocabulary(tokens), List.of(WhitespaceTokenizer.UNKNOWN));
    }

    @Override
    public boolean reads(String json) {
        return WordLevelJson.cutOf(json) == WordLevelJson.Cut.AT_WHITE_SPACE;
    }

    @Override
    public Tokenizer read(String json) {
        WordLevelJson.Content content = WordLevelJson.read(json);
        if (content.cut() != WordLevelJson.Cut.AT_WHITE_SPACE) {
            throw WordLevelJson.damaged("it is a char tokenizer, not a whitespace tokenizer");
        }
        if (content.vocabulary().id(WhitespaceTokenizer.UNKNOWN).isEmpty()) {
            throw WordLevelJson.damaged("its vocabulary has no " + WhitespaceTokenizer.UNKNOWN);
        }
        return new WhitespaceTokenizer(content.vocabulary(), content.specialTokens());
    }
}
