package org.llmsys.tokenizer.internal;

import java.util.List;
import java.util.Optional;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType;
import org.osgi.service.component.annotations.Component;

/** Trains and reads {@link CharTokenizer}s: the vocabulary is the set of characters of a text, in Unicode order. */
@Component(property = "service.ranking:Integer=10")
@Provider(slot = "tokenizer", algorithm = CharTokenizer.TYPE, name = CharTokenizer.TYPE, summary = "one token a character")
public final class CharTokenizerType implements TokenizerType {

    @Override
    public Tokenizer train(String text, TrainingSettings settings, Job job) {
        WordLevel.requireWholeCharacters(text);
        Counts counts = new Counts(settings);
        Counts.eachBlock(text, job, (from, to) -> text.substring(from, to).codePoints().forEach(character -> counts.add(Character.toString(character))));
        List<String> characters = counts.mostFrequent(settings.vocabSize()).stream().sorted(Counts.BY_CODE_POINT).toList();
        if (characters.isEmpty()) {
            throw Problem.failed("cannot learn a vocabulary", "the text has no characters that occur " + settings.minFrequency() + " times",
                    "give a longer text or a lower minimum frequency");
        }
        return new CharTokenizer(new WordLevelJson.Content(new Vocabulary(characters), List.of(), WhitespaceTokenizer.UNKNOWN, Optional.empty()));
    }

    @Override
    public boolean reads(String json) {
        return WordLevelJson.isCutIntoWords(json).filter(words -> !words).isPresent();
    }

    @Override
    public Tokenizer read(String json) {
        WordLevelJson.Content content = WordLevelJson.read(json);
        if (content.words().isPresent()) {
            throw WordLevelJson.damaged("it is a whitespace tokenizer, not a char tokenizer");
        }
        return new CharTokenizer(content);
    }
}
