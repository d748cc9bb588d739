package org.llmsys.tokenizer.internal.sentencepiece;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;

import org.llmsys.assembly.Problem;

/**
 * Whether a beginning and an end are put around a text: a {@code tokenizer.model} does not say it, the {@code tokenizer_config.json} beside it may.
 *
 * <pre>
 *   {"add_bos_token": true, "add_eos_token": false, ...}
 * </pre>
 *
 * @param begin whether the piece {@code <s>} stands before a text
 * @param end   whether the piece that ends a text stands behind it
 */
record EndsBeside(boolean begin, boolean end) {

    /** As SentencePiece itself has it. */
    static final EndsBeside NONE = new EndsBeside(false, false);

    private static final String NAME = "tokenizer_config.json";
    private static final int LARGEST = 16 << 20;

    /** What the file beside this one says; {@link #NONE} when there is none. @throws Problem when it is damaged */
    static EndsBeside of(Path model) {
        Path file = model.resolveSibling(NAME);
        if (!Files.isRegularFile(file)) {
            return NONE;
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw refused(file, "it is larger than " + LARGEST + " bytes", null);
            }
            JsonObject json = JsonParser.parseString(new String(bytes, StandardCharsets.UTF_8)).getAsJsonObject();
            return new EndsBeside(flag(json, "add_bos_token", file), flag(json, "add_eos_token", file));
        } catch (IOException e) {
            throw refused(file, e.toString(), e);
        } catch (JsonParseException | IllegalStateException e) {
            throw refused(file, "it is not a JSON object", e);
        }
    }

    private static boolean flag(JsonObject json, String name, Path file) {
        JsonElement flag = json.get(name);
        if (flag == null || flag.isJsonNull()) {
            return false;
        }
        if (!flag.isJsonPrimitive() || !flag.getAsJsonPrimitive().isBoolean()) {
            throw refused(file, "its " + name + " is neither true nor false", null);
        }
        return flag.getAsBoolean();
    }

    private static Problem refused(Path file, String why, Exception cause) {
        return new Problem("cannot read " + file, why, "restore the file, or take it away: it may be missing", Problem.FAILED, cause);
    }
}
