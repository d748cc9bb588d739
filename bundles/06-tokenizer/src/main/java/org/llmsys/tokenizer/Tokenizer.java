package org.llmsys.tokenizer;

import java.util.Map;
import java.util.Optional;

import org.osgi.annotation.versioning.ConsumerType;

/** Turns text into token ids and back. Immutable and thread-safe. */
@ConsumerType
public interface Tokenizer {

    /** The {@link TokenizerType} it belongs to: {@code char}, {@code byte-bpe}, {@code wordpiece}. */
    String type();

    /** Number of ids, V. */
    int vocabSize();

    /**
     * The ids of a text, with where each came from.
     *
     * @throws org.llmsys.assembly.Problem when the text holds something the vocabulary cannot express
     */
    Encoding encode(String text, Specials specials);

    /**
     * The ids alone, which may be quicker: those of {@link #encode(String, Specials)}.
     *
     * @throws org.llmsys.assembly.Problem when the text holds something the vocabulary cannot express
     */
    default int[] ids(String text, Specials specials) {
        return encode(text, specials).ids();
    }

    /** The ids alone, special tokens recognized. */
    default int[] encode(String text) {
        return ids(text, Specials.RECOGNIZED);
    }

    /**
     * The text of these ids.
     *
     * @throws org.llmsys.assembly.Problem for an id outside the vocabulary
     */
    String decode(int[] ids);

    /** Decodes a growing sequence piece by piece; never breaks a character. Whoever generates asks for one a sequence. */
    StreamingDecoder streamingDecoder();

    /** The token as it stands in the vocabulary. */
    String token(int id);

    /** The id of a token of the vocabulary, special ones included. */
    Optional<Integer> id(String token);

    /** The id that ends a text, if there is one. */
    default Optional<Integer> endOfText() {
        return Optional.empty();
    }

    /** The content of a Hugging Face {@code tokenizer.json} that describes this tokenizer. */
    String toJson();

    /**
     * This tokenizer in one of the other forms: the names of the files, as such tokenizers have them, and what they hold. Read again they
     * give a tokenizer with the same ids for every text; special tokens at its ends may be the form's own, where it has some (a
     * {@code tokenizer.bin} means {@code <s>} before every text). {@link TokenizerFiles#write} puts them on a disk.
     *
     * <pre>{@code
     * byte[] vocabulary = tokenizer.files(Form.VOCAB_TXT).orElseThrow().get("vocab.txt");
     * }</pre>
     *
     * @param form any but {@link TokenizerFile.Form#TOKENIZER_JSON}, which is {@link #toJson}
     * @return empty when such files do not hold tokenizers of this kind
     * @throws org.llmsys.assembly.Problem when they do, but cannot say all of this one
     */
    default Optional<Map<String, byte[]>> files(TokenizerFile.Form form) {
        return Optional.empty();
    }
}
