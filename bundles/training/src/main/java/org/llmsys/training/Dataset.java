package org.llmsys.training;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Tokenizer;

/**
 * A text as token ids: the first part to learn from, the rest, which the model never learns from, to see whether it has only memorized.
 *
 * <pre>
 *   ids (N) = training (floor(N * (1 - share))) | validation (the rest)
 * </pre>
 *
 * @param training    ids to learn from, at least contextLength+1
 * @param validation  ids to measure with, at least contextLength+1, or none
 * @param fingerprint SHA-256 of the text, by which a resumed run knows it again
 */
public record Dataset(int[] training, int[] validation, String fingerprint) {

    /**
     * Encodes and splits a text.
     *
     * @param share of the text, at its end, for validation; 0 for none
     * @throws Problem when the text is empty, is no text, or a part is shorter than one window and the token after it
     */
    public static Dataset of(String text, Tokenizer tokenizer, double share, int contextLength) {
        requireText(text);
        int[] ids = tokenizer.encode(text);                      // (N)
        int split = (int) (ids.length * (1 - share));
        int[] validation = share == 0 ? new int[0] : Arrays.copyOfRange(ids, split, ids.length);
        int[] training = share == 0 ? ids : Arrays.copyOf(ids, split);
        requireWindow("training", training, contextLength);
        if (share > 0) {
            requireWindow("validation", validation, contextLength);
        }
        return new Dataset(training, validation, fingerprint(text));
    }

    /** @throws Problem when the text is empty or is no text */
    public static void requireText(String text) {
        if (text.isBlank()) {
            throw Problem.failed("there is nothing to learn from", text.isEmpty() ? "the text is empty" : "the text is all white space", "give a plain text file, the longer the better");
        }
        if (text.indexOf('\0') >= 0) {
            throw Problem.failed("this is not a text", "it holds the character NUL, as binary files do", "give a plain text file in UTF-8");
        }
    }

    /** @throws Problem when the ids do not fill one window and the token after it */
    public static void requireWindow(String part, int[] ids, int contextLength) {
        if (ids.length <= contextLength) {
            throw Problem.failed("the text is too short", "its " + part + " part has " + ids.length + " tokens; one window needs "
                    + (contextLength + 1), "give a longer text, or a configuration with a shorter contextLength");
        }
    }

    /** SHA-256 of the text in UTF-8, in hexadecimal. */
    public static String fingerprint(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
