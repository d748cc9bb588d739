package org.llmsys.training;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.training.data.DocumentEnds;
import org.llmsys.training.data.TokenSource;

/**
 * A text as token ids: a part to learn from, and a part that the model never learns from, to see whether it has only memorized. In memory,
 * or in files larger than memory ({@link org.llmsys.training.data.PreparedData#dataset}).
 *
 * <pre>
 *   ids of a text (N) = training (floor(N * (1 - share))) | validation (the rest)
 * </pre>
 *
 * @param training    ids to learn from, at least contextLength+1
 * @param validation  ids to measure with, at least contextLength+1, or none
 * @param fingerprint SHA-256 of the text or of the manifest, by which a resumed run knows it again
 * @param documents   where the documents to learn from end
 */
public record Dataset(TokenSource training, TokenSource validation, String fingerprint, DocumentEnds documents) {

    /**
     * Encodes and splits a text, which is one document.
     *
     * @param share of the text, at its end, for validation; 0 for none
     * @throws Problem when the text is empty, is no text, or a part is shorter than one window and the token after it
     */
    public static Dataset of(String text, Tokenizer tokenizer, double share, int contextLength) {
        requireText(text);
        TokenSource ids = TokenSource.over(tokenizer.encode(text));    // (N)
        long split = share == 0 ? ids.size() : (long) (ids.size() * (1 - share));
        Dataset data = new Dataset(ids.part(0, split), ids.part(split, ids.size()), fingerprint(text), DocumentEnds.of(split));
        return data.requireWindows(contextLength);
    }

    /** @throws Problem when a part that is not empty, or the one to learn from, does not fill one window and the token after it */
    public Dataset requireWindows(int contextLength) {
        requireWindow("training", training, contextLength);
        if (validation.size() > 0) {
            requireWindow("validation", validation, contextLength);
        }
        return this;
    }

    /** @throws Problem when the text is empty or is no text */
    public static void requireText(String text) {
        if (text.isBlank()) {
            throw Problem.failed("there is nothing to learn from", text.isEmpty() ? "the text is empty" : "the text is all white space",
                    "give a plain text file, the longer the better");
        }
        if (text.indexOf('\0') >= 0) {
            throw Problem.failed("this is not a text", "it holds the character NUL, as binary files do", "give a plain text file in UTF-8");
        }
    }

    /** @throws Problem when the ids do not fill one window and the token after it */
    public static void requireWindow(String part, TokenSource ids, int contextLength) {
        if (ids.size() <= contextLength) {
            throw Problem.failed("the text is too short", "its " + part + " part has " + ids.size() + " tokens; one window needs "
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
