package org.llmsys.tokenizer.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
        WordLevel.requireWholeCharacters(text);
        Counts counts = new Counts(settings);
        Counts.eachBlock(text, job, (from, to) -> Words.WhitespaceSplit.forEach(text, from, to, (start, end) -> counts.add(text.substring(start, end))));
        if (counts.isEmpty()) {
            throw Problem.failed("cannot learn a vocabulary", "the text has no words", "give a text with words in it");
        }
        counts.remove(WhitespaceTokenizer.UNKNOWN);
        List<String> tokens = new ArrayList<>(List.of(WhitespaceTokenizer.UNKNOWN));
        if (settings.vocabSize() != 1) {
            tokens.addAll(counts.mostFrequent(Math.max(0, settings.vocabSize() - 1)));
        }
        return new WhitespaceTokenizer(new WordLevelJson.Content(new Vocabulary(tokens), List.of(new AddedWord(WhitespaceTokenizer.UNKNOWN, true)),
                WhitespaceTokenizer.UNKNOWN, Optional.of(Words.WhitespaceSplit)));
    }

    @Override
    public boolean reads(String json) {
        return WordLevelJson.isCutIntoWords(json).orElse(false);
    }

    @Override
    public Tokenizer read(String json) {
        WordLevelJson.Content content = WordLevelJson.read(json);
        if (content.words().isEmpty()) {
            throw WordLevelJson.damaged("it is a char tokenizer, not a whitespace tokenizer");
        }
        if (content.vocabulary().id(content.unknown()).isEmpty()) {
            throw WordLevelJson.damaged("its vocabulary has no " + content.unknown());
        }
        return new WhitespaceTokenizer(content);
    }
}
