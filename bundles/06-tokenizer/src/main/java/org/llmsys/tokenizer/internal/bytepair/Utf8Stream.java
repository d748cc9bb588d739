package org.llmsys.tokenizer.internal.bytepair;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;

import org.llmsys.tokenizer.StreamingDecoder;

/** Decodes tokens that may hold parts of characters: bytes of a character wait until the last of them has come. */
public final class Utf8Stream implements StreamingDecoder {

    private final IntFunction<byte[]> bytesOf;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE).onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] held = new byte[0];

    /** @param bytesOf gives a token's bytes */
    public Utf8Stream(IntFunction<byte[]> bytesOf) {
        this.bytesOf = bytesOf;
    }

    @Override
    public String next(int id) {
        return decode(bytesOf.apply(id), false);
    }

    @Override
    public String finish() {
        String rest = decode(new byte[0], true);
        decoder.reset();
        return rest;
    }

    private String decode(byte[] more, boolean end) {
        ByteBuffer in = ByteBuffer.allocate(held.length + more.length).put(held).put(more).flip();
        // a byte gives one character at most
        CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
        decoder.decode(in, out, end);
        held = new byte[in.remaining()];
        in.get(held);
        return out.flip().toString();
    }
}
