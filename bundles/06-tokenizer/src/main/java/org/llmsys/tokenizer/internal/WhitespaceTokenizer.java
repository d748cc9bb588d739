package org.llmsys.tokenizer.internal;

import org.llmsys.tokenizer.StreamingDecoder;

/**
 * One token a word: the text is cut at white space.
 *
 * <pre>
 *   "the cat sat"  --&gt;  the | cat | sat          a word that is not in the vocabulary becomes {@code <unk>}
 * </pre>
 *
 * <p>The oldest way, and the easiest to read. It forgets which white space stood between two words (decoding puts one blank), and
 * every word it has not seen is the same to it; the subword tokenizers exist to mend that. Files may cut at punctuation too: see
 * {@link Words}.
 */
final class WhitespaceTokenizer extends WordLevel {

    static final String TYPE = "whitespace";
    static final String UNKNOWN = "<unk>";

    private final Words cut;
    private final int unknown;

    /** @param content its vocabulary must hold the unknown token, and its cut be one into words */
    WhitespaceTokenizer(WordLevelJson.Content content) {
        super(content);
        this.cut = content.words().orElseThrow();
        this.unknown = vocabulary().id(content.unknown()).orElseThrow();
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    void encode(String text, int from, int to, IdList ids) {
        cut.forEach(text, from, to, (start, end) -> ids.add(vocabulary().id(text.substring(start, end)).orElse(unknown), start, end));
    }

    @Override
    public String decode(int[] ids) {
        StringBuilder text = new StringBuilder(6 * ids.length);
        StreamingDecoder decoder = streamingDecoder();
        for (int id : ids) {
            text.append(decoder.next(id));
        }
        return text.toString();
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new StreamingDecoder() {
            private boolean first = true;

            @Override
            public String next(int id) {
                String word = first ? token(id) : " " + token(id);
                first = false;
                return word;
            }
        };
    }
}
