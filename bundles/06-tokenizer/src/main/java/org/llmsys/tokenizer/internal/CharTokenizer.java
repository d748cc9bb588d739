package org.llmsys.tokenizer.internal;

import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.StreamingDecoder;

/**
 * One token a character (Unicode code point).
 *
 * <pre>
 *   "cab"  with the vocabulary  a b c   --&gt;  2 0 1
 * </pre>
 *
 * <p>Nothing is lost and nothing must be learned, but sequences are long, and a character the vocabulary has never seen cannot be
 * expressed: that is an error, not a guess, unless the vocabulary has a token for what is unknown.
 */
final class CharTokenizer extends WordLevel {

    static final String TYPE = "char";

    CharTokenizer(WordLevelJson.Content content) {
        super(content);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    void encode(String text, int from, int to, IdList ids) {
        Optional<Integer> unknown = vocabulary().id(content().unknown());
        for (int at = from; at < to;) {
            int character = text.codePointAt(at);
            int next = at + Character.charCount(character);
            int place = at;
            ids.add(vocabulary().id(Character.toString(character)).or(() -> unknown).orElseThrow(() -> unknown(character, place)), at, next);
            at = next;
        }
    }

    private Problem unknown(int character, int at) {
        return Problem.failed("the tokenizer has no token for " + String.format("'%s' (U+%04X)", Character.toString(character), character),
                "it stands at character " + at + ", and a char tokenizer knows only the " + vocabSize() + " characters of its training text",
                "leave the character out, or train a model on a text that has it");
    }

    @Override
    public String decode(int[] ids) {
        StringBuilder text = new StringBuilder(ids.length);
        for (int id : ids) {
            text.append(token(id));
        }
        return text.toString();
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return this::token;
    }
}
