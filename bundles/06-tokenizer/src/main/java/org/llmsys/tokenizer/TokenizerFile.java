package org.llmsys.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.llmsys.assembly.Problem;

/**
 * A file that holds a tokenizer, and the form it was found to have.
 *
 * @param path the file; for {@link Form#VOCAB_AND_MERGES} the vocabulary, with the merges beside it
 */
public record TokenizerFile(Form form, Path path) {

    private static final int LARGEST = 64 << 20;

    /** The forms in which tokenizers lie on disks. */
    public enum Form {
        /** Hugging Face's {@code tokenizer.json}. */
        TOKENIZER_JSON,
        /** SentencePiece's {@code tokenizer.model}. */
        SENTENCEPIECE,
        /** llama2.c's {@code tokenizer.bin}. */
        LLAMA2C,
        /** BERT's {@code vocab.txt}: a token a line. */
        VOCAB_TXT,
        /** GPT-2's {@code vocab.json} with {@code merges.txt}, also as {@code encoder.json} with {@code vocab.bpe}. */
        VOCAB_AND_MERGES,
        /** tiktoken's ranks: a token in base 64 and its rank on each line. */
        TIKTOKEN,
        /** The metadata of a GGUF file. */
        GGUF
    }

    /** The bytes of the file, at most 64 MiB. */
    public byte[] bytes() {
        return bytes(path);
    }

    /** The text of the file. */
    public String text() {
        return text(path);
    }

    /** The merges that belong to a vocabulary. */
    public String merges() {
        Path merges = path.resolveSibling("merges.txt");
        return text(Files.exists(merges) ? merges : path.resolveSibling("vocab.bpe"));
    }

    private static String text(Path path) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(path))).toString();
        } catch (CharacterCodingException e) {
            throw new Problem("cannot read the tokenizer " + path, "it is not text in UTF-8", "give the file that belongs to the model", Problem.FAILED, e);
        }
    }

    private static byte[] bytes(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw Problem.failed("cannot read the tokenizer " + path, "it is larger than " + LARGEST + " bytes", "give the file that belongs to the model");
            }
            return bytes;
        } catch (IOException e) {
            throw new Problem("cannot read the tokenizer " + path, e.toString(), "check the path and the disk", Problem.FAILED, e);
        }
    }
}
