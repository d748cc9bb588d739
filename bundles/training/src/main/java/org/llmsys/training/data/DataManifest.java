package org.llmsys.training.data;

import java.util.List;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;

import org.llmsys.assembly.Problem;

/**
 * What {@code data.json} says of a folder of prepared data: all that the ids depend on, and by the checks of the files the ids themselves.
 *
 * @param format          {@code llmsys-data}
 * @param version         1
 * @param tokenizer       name of the tokenizer's file beside it
 * @param tokenizerType   its kind
 * @param tokenizerSha256 of that file, in hexadecimal
 * @param vocabSize       V; every id is below it
 * @param separatorIds    the ids behind each document, none when the vocabulary cannot express a separator
 * @param settings        how the text was treated
 * @param training        to learn from
 * @param validation      to measure with
 */
public record DataManifest(String format, int version, String tokenizer, String tokenizerType, String tokenizerSha256, int vocabSize,
        List<Integer> separatorIds, Settings settings, Part training, Part validation) {

    /** The file's name. */
    public static final String FILE = "data.json";

    static final String FORMAT = "llmsys-data";
    static final int VERSION = 1;

    /** The part of {@link CorpusSettings} that the ids depend on. */
    public record Settings(String separator, String field, String unicodeForm, boolean dropControls, boolean lineEnds, double validation,
            boolean shuffle, long seed, long shardTokens) {

        static Settings of(CorpusSettings s) {
            return new Settings(s.separator().written(), s.field(), s.cleaning().form().name(), s.cleaning().controls(), s.cleaning().lineEnds(),
                    s.validation(), s.shuffle(), s.seed(), s.shardTokens());
        }
    }

    /**
     * Training or validation.
     *
     * @param index name of the file of the documents' ends, empty when there are no documents
     */
    public record Part(long documents, long tokens, String index, List<Shard> shards) {

        static final Part NONE = new Part(0, 0, "", List.of());
    }

    /** @param check CRC-32C at the file's end, in hexadecimal */
    public record Shard(String file, long tokens, String check) {
    }

    /** Every value, one a line. */
    public String toJson() {
        return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(this) + "\n";
    }

    /** @throws Problem when the JSON is no manifest, or one that makes no sense */
    static DataManifest fromJson(String json, String source) {
        DataManifest manifest;
        try {
            manifest = new GsonBuilder().create().fromJson(json, DataManifest.class);
        } catch (JsonParseException | IllegalArgumentException | StackOverflowError e) {
            throw damaged(source, "it is no such JSON: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
        }
        String wrong = manifest == null ? "it is empty" : manifest.mistake();
        if (!wrong.isEmpty()) {
            throw damaged(source, wrong, null);
        }
        return manifest;
    }

    private String mistake() {
        if (!FORMAT.equals(format) || version != VERSION) {
            return "its format is " + format + " " + version + ", not " + FORMAT + " " + VERSION;
        }
        if (!named(tokenizer) || tokenizerType == null || tokenizerSha256 == null || separatorIds == null || settings == null || vocabSize < 1) {
            return "its tokenizer, vocabSize, separatorIds or settings are missing";
        }
        String training = mistake("training", this.training);
        return training.isEmpty() ? mistake("validation", validation) : training;
    }

    private static String mistake(String name, Part part) {
        if (part == null || part.shards == null || part.index == null || part.documents < 0 || part.tokens < 0) {
            return "its part " + name + " is missing or not complete";
        }
        if (part.documents > 0 && !named(part.index)) {
            return "the index of its part " + name + " is not a file beside it";
        }
        long tokens = 0;
        for (Shard shard : part.shards) {
            if (shard == null || !named(shard.file) || shard.check == null || shard.tokens < 0 || shard.tokens > Long.MAX_VALUE - tokens) {
                return "a shard of its part " + name + " has no name of a file beside it, or no sensible size";
            }
            tokens += shard.tokens;
        }
        return tokens == part.tokens ? "" : "the shards of its part " + name + " have " + tokens + " tokens, not " + part.tokens;
    }

    /** A plain name leads nowhere else. */
    private static boolean named(String file) {
        return file != null && file.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    }

    private static Problem damaged(String source, String why, Throwable cause) {
        return new Problem("cannot read " + source, why, "prepare the data again with ./llmsys prepare", Problem.FAILED, cause);
    }
}
