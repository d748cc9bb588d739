package org.llmsys.tokenizer.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import org.llmsys.files.GgufReader;
import org.llmsys.tokenizer.TokenizerFile;
import org.llmsys.tokenizer.TokenizerFile.Form;
import org.llmsys.tokenizer.internal.bytepair.RankFile;

/** Tells the forms of tokenizer files apart by how they begin. */
public final class TokenizerForms {

    private TokenizerForms() {
    }

    /** @param start the first 64 KiB of the file, or all of it */
    public static Optional<TokenizerFile> of(Path file, byte[] start) {
        ByteBuffer in = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
        if (start.length >= 4 && in.getInt(0) == GgufReader.MAGIC) {
            return Optional.of(new TokenizerFile(Form.GGUF, file));
        }
        if (isSentencePiece(start)) {
            return Optional.of(new TokenizerFile(Form.SENTENCEPIECE, file));
        }
        if (isLlama2c(in)) {
            return Optional.of(new TokenizerFile(Form.LLAMA2C, file));
        }
        if (RankFile.looksLike(start)) {
            return Optional.of(new TokenizerFile(Form.TIKTOKEN, file));
        }
        return ofText(file, new String(start, StandardCharsets.UTF_8));
    }

    private static Optional<TokenizerFile> ofText(Path file, String start) {
        String text = start.stripLeading();
        boolean merges = Files.exists(file.resolveSibling("merges.txt")) || Files.exists(file.resolveSibling("vocab.bpe"));
        if (text.startsWith("{")) {
            return Optional.of(new TokenizerFile(merges && !text.contains("\"model\": {") && !text.contains("\"model\":{")
                    && !text.contains("\"version\"") ? Form.VOCAB_AND_MERGES : Form.TOKENIZER_JSON, file));
        }
        boolean oneTokenALine = !text.isEmpty() && text.indexOf('\0') < 0 && text.lines().limit(8).noneMatch(line -> line.strip().contains(" "));
        return oneTokenALine ? Optional.of(new TokenizerFile(Form.VOCAB_TXT, file)) : Optional.empty();
    }

    /** Begins with field 1, a message, that begins with field 1, a text. */
    private static boolean isSentencePiece(byte[] start) {
        return start.length > 4 && start[0] == 0x0A && start[2] == 0x0A && start[1] > 2 && start[3] >= 0 && start[3] <= start[1] - 2;
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
