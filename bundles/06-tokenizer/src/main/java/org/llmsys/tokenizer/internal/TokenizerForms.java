package org.llmsys.tokenizer.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

import org.llmsys.files.GgufReader;
import org.llmsys.tokenizer.TokenizerFile.Form;
import org.llmsys.tokenizer.internal.bytepair.RankFile;

/** Tells the forms of tokenizer files apart by how they begin. */
public final class TokenizerForms {

    private static final String UNKNOWN_WORD = "[UNK]";

    private TokenizerForms() {
    }

    /**
     * @param start the first 64 KiB of the file, or all of it
     * @param whole whether it is all
     */
    public static Optional<Form> of(byte[] start, boolean whole) {
        ByteBuffer in = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
        if (start.length >= 4 && in.getInt(0) == GgufReader.MAGIC) {
            return Optional.of(Form.GGUF);
        }
        if (isSentencePiece(start)) {
            return Optional.of(Form.SENTENCEPIECE);
        }
        if (isLlama2c(in)) {
            return Optional.of(Form.LLAMA2C);
        }
        if (RankFile.looksLike(start)) {
            return Optional.of(Form.TIKTOKEN);
        }
        return text(start).flatMap(text -> ofText(text, whole));
    }

    private static Optional<Form> ofText(String text, boolean whole) {
        return text.stripLeading().startsWith("{") ? JsonForms.of(text, whole) : isVocabText(text) ? Optional.of(Form.VOCAB_TXT) : Optional.empty();
    }

    /** The text without a byte order mark; empty when the bytes are not UTF-8. The last character may be cut in two. */
    private static Optional<String> text(byte[] start) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer text = CharBuffer.allocate(start.length);
        if (decoder.decode(ByteBuffer.wrap(start), text, false).isError()) {
            return Optional.empty();
        }
        String all = text.flip().toString();
        return Optional.of(all.startsWith("\uFEFF") ? all.substring(1) : all);
    }

    /** A token a line: one of them stands for unknown words, or at least no line of the first has a blank inside. */
    private static boolean isVocabText(String text) {
        if (text.isBlank() || text.indexOf('\0') >= 0) {
            return false;
        }
        return text.lines().anyMatch(UNKNOWN_WORD::equals) || text.lines().limit(8).noneMatch(line -> line.isBlank() || line.strip().contains(" "));
    }

    /** Begins with field 1, a message, that begins with field 1, a text; then the next field 1 follows. */
    private static boolean isSentencePiece(byte[] start) {
        if (start.length <= 4 || start[0] != 0x0A || start[2] != 0x0A || start[1] <= 2 || start[3] < 0 || start[3] > start[1] - 2) {
            return false;
        }
        int next = 2 + start[1];
        return next >= start.length || start[next] == 0x0A;
    }

    /** The longest piece's length, then three pieces that fit. */
    private static boolean isLlama2c(ByteBuffer in) {
        int at = 4;
        int longest = in.remaining() < 16 ? 0 : in.getInt(0);
        for (int piece = 0; piece < 3; piece++) {
            if (longest < 1 || longest > 4096 || in.remaining() < at + 8 || in.getInt(at + 4) < 1 || in.getInt(at + 4) > Math.max(longest, 8)) {
                return false;
            }
            at += 8 + in.getInt(at + 4);
        }
        return true;
    }
}
