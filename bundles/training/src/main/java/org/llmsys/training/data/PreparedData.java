package org.llmsys.training.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Problem;
import org.llmsys.files.AtomicFiles;
import org.llmsys.training.Dataset;

/**
 * A folder that {@link CorpusPreparation} wrote, open for reading: the ids of all shards as one row for each part, mapped into memory.
 *
 * <pre>{@code
 * try (PreparedData data = PreparedData.open(Path.of("data"))) {
 *     int[] first = data.training().ids(0, 10);
 * }
 * }</pre>
 *
 * <p>Opening checks the manifest, each shard's header, length, vocabulary and check against the manifest, but reads no ids; {@link #verify} does.
 */
public final class PreparedData implements AutoCloseable {

    private static final long LARGEST = 1L << 26;

    private final Path folder;
    private final DataManifest manifest;
    private final String fingerprint;
    private final List<TokenShard> shards = new ArrayList<>();
    private final List<DocumentIndex> indices = new ArrayList<>();
    private final TokenSource training;
    private final TokenSource validation;
    private final DocumentEnds documents;

    private PreparedData(Path folder, String json) {
        this.folder = folder;
        this.manifest = DataManifest.fromJson(json, folder.resolve(DataManifest.FILE).toString());
        this.fingerprint = Dataset.fingerprint(json);
        try {
            this.training = open(manifest.training());
            this.validation = open(manifest.validation());
            this.documents = documents(manifest.training());
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Opens a folder; close it when no one reads it any more. @throws Problem when it holds no prepared data, or damaged ones */
    public static PreparedData open(Path folder) {
        Path now = AtomicFiles.current(folder);
        Path file = now.resolve(DataManifest.FILE);
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
                throw Problem.failed("there is no prepared data in " + folder, Files.exists(file) ? DataManifest.FILE + " is not what prepare writes"
                        : "it has no " + DataManifest.FILE, "prepare it: ./llmsys prepare --text FILE --type char --out " + folder);
            }
            return new PreparedData(now, Files.readString(file));
        } catch (IOException e) {
            throw new Problem("cannot read " + file, e.toString(), "check the file and its disk", Problem.FAILED, e);
        }
    }

    private TokenSource open(DataManifest.Part part) {
        List<TokenShard> own = new ArrayList<>();
        for (DataManifest.Shard listed : part.shards()) {
            Path file = folder.resolve(listed.file());
            TokenShard shard = TokenShard.open(file);
            shards.add(shard);
            own.add(shard);
            if (shard.size() != listed.tokens() || shard.vocabSize() != manifest.vocabSize() || !hex(shard.check()).equals(listed.check())) {
                throw Problem.failed("the token shard " + file + " is another one", "it has " + shard.size() + " ids below " + shard.vocabSize()
                        + " and the check " + hex(shard.check()) + "; " + DataManifest.FILE + " says " + listed.tokens() + ", " + manifest.vocabSize()
                        + " and " + listed.check(), "prepare the data again");
            }
        }
        return TokenSource.joined(own);
    }

    private DocumentEnds documents(DataManifest.Part part) {
        if (part.documents() == 0) {
            return DocumentEnds.of();
        }
        DocumentIndex index = DocumentIndex.open(folder.resolve(part.index()));
        indices.add(index);
        if (index.count() != part.documents() || index.end(index.count() - 1) != part.tokens()) {
            throw Problem.failed("the index of documents " + folder.resolve(part.index()) + " is another one", "it has " + index.count()
                    + " documents, " + DataManifest.FILE + " says " + part.documents(), "prepare the data again");
        }
        return index;
    }

    static String hex(int check) {
        return String.format("%08x", check);
    }

    /** What the folder's manifest says. */
    public DataManifest manifest() {
        return manifest;
    }

    /** SHA-256 of the manifest, which holds the checks of all shards: by it a resumed run knows its data again. */
    public String fingerprint() {
        return fingerprint;
    }

    /** The tokenizer's file. @throws Problem when it is not the one the data was made with */
    public Path tokenizer() {
        Path file = folder.resolve(manifest.tokenizer());
        try {
            if (!Dataset.fingerprint(new String(Files.readAllBytes(file), StandardCharsets.UTF_8)).equals(manifest.tokenizerSha256())) {
                throw Problem.failed("the tokenizer " + file + " is another one", "it has changed since the data was prepared",
                        "prepare the data again");
            }
            return file;
        } catch (IOException e) {
            throw new Problem("cannot read the tokenizer " + file, e.toString(), "prepare the data again", Problem.FAILED, e);
        }
    }

    /** The ids to learn from. */
    public TokenSource training() {
        return training;
    }

    /** The ids to measure with; none when nothing was kept. */
    public TokenSource validation() {
        return validation;
    }

    /** Where the documents to learn from end. */
    public DocumentEnds documents() {
        return documents;
    }

    /** As a trainer takes it. */
    public Dataset dataset() {
        return new Dataset(training, validation, fingerprint, documents);
    }

    /** Reads everything. @throws Problem when a check does not fit, or an id is outside the vocabulary */
    public void verify() {
        shards.forEach(TokenShard::verify);
    }

    @Override
    public void close() {
        shards.forEach(TokenShard::close);
        indices.forEach(DocumentIndex::close);
    }
}
