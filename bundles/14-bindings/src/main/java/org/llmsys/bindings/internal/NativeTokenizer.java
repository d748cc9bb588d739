package org.llmsys.bindings.internal;

import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.ByteLevelTokenizer;
import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.StreamingDecoder;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile;

/**
 * A tokenizer whose ids the engine finds. Offsets, decoding, names of tokens and files are those of the one in Java with the same vocabulary, which
 * also says what is wrong with a text that cannot be encoded, and which goes on alone when the engine has left.
 *
 * <pre>
 *   text --UTF-8--&gt; bytes --engine--&gt; ids
 * </pre>
 */
class NativeTokenizer implements Tokenizer {

    private static final Cleaner CLEANER = Cleaner.create();

    private final Tokenizer java;
    private final Handle engine;

    NativeTokenizer(Tokenizer java, Handle engine) {
        this.java = java;
        this.engine = engine;
    }

    /**
     * The same vocabulary in the engine.
     *
     * @param open closes the engine's part when the bundle stops
     * @throws Problem that says what the engine does not do
     */
    static Tokenizer of(Tokenizer java, OpenObjects open) {
        byte[] json = java.toJson().getBytes(StandardCharsets.UTF_8);
        Handle engine = open.add(new Handle("tokenizer", load0(json), NativeTokenizer::close0));
        NativeTokenizer tokenizer = java instanceof ByteLevelTokenizer bytes ? new OfBytes(bytes, engine) : new NativeTokenizer(java, engine);
        CLEANER.register(tokenizer, () -> {
            open.remove(engine);
            engine.close();
        });
        return tokenizer;
    }

    /** One over bytes: those that are no text are Java's business. */
    private static final class OfBytes extends NativeTokenizer implements ByteLevelTokenizer {

        private final ByteLevelTokenizer java;

        OfBytes(ByteLevelTokenizer java, Handle engine) {
            super(java, engine);
            this.java = java;
        }

        @Override
        public int[] encodeBytes(byte[] bytes) {
            return java.encodeBytes(bytes);
        }

        @Override
        public byte[] decodeBytes(int[] ids) {
            return java.decodeBytes(ids);
        }
    }

    @Override
    public int[] ids(String text, Specials specials) {
        if (specials == Specials.REFUSED) {
            return java.ids(text, specials);
        }
        try {
            return encode0(engine.number(), utf8(text), specials == Specials.RECOGNIZED);
        } catch (Problem | CharacterCodingException notEncoded) {
            return java.ids(text, specials);                           // or its reason
        }
    }

    /** @throws CharacterCodingException for half a surrogate pair, which Java would write as a question mark */
    private static byte[] utf8(String text) throws CharacterCodingException {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().onMalformedInput(CodingErrorAction.REPORT).encode(CharBuffer.wrap(text));
                byte[] exact = new byte[bytes.remaining()];
                bytes.get(exact);
                return exact;
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String type() {
        return java.type();
    }

    @Override
    public int vocabSize() {
        return java.vocabSize();
    }

    @Override
    public Encoding encode(String text, Specials specials) {
        return java.encode(text, specials);
    }

    @Override
    public String decode(int[] ids) {
        return java.decode(ids);
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return java.streamingDecoder();
    }

    @Override
    public String token(int id) {
        return java.token(id);
    }

    @Override
    public Optional<Integer> id(String token) {
        return java.id(token);
    }

    @Override
    public Optional<Integer> endOfText() {
        return java.endOfText();
    }

    @Override
    public String toJson() {
        return java.toJson();
    }

    @Override
    public Optional<Map<String, byte[]>> files(TokenizerFile.Form form) {
        return java.files(form);
    }

    private static native long load0(byte[] json);

    private static native int[] encode0(long tokenizer, byte[] utf8, boolean special);

    private static native void close0(long tokenizer);
}
