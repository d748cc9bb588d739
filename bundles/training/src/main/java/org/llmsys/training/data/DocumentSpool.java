package org.llmsys.training.data;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * All documents of a corpus in the order of their texts, on disk until they are split and put in order: two files, one of ids (u32 each), one
 * of ends (u64 each). First written, then read, then deleted. For one thread.
 */
final class DocumentSpool implements AutoCloseable {

    private static final int BUFFER = 1 << 16;
    private static final String IDS = "spool.ids";
    private static final String ENDS = "spool.ends";

    private final Path folder;
    private final int vocabSize;
    private final int[] separator;
    private final DataOutputStream ids;
    private final DataOutputStream ends;
    private long tokens;
    private long documents;
    private long documentStart;
    private TokenShard readIds;
    private DocumentIndex readEnds;

    /** @param separator ids behind each document */
    DocumentSpool(Path folder, int vocabSize, int[] separator) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.vocabSize = vocabSize;
        this.separator = separator;
        this.ids = output(IDS);
        this.ends = output(ENDS);
    }

    private DataOutputStream output(String name) throws IOException {
        OutputStream file = Files.newOutputStream(folder.resolve(name));
        return new DataOutputStream(new BufferedOutputStream(file, BUFFER));
    }

    /** Adds ids to the document that is being written; a document without any is none. */
    void add(int[] more, boolean last) {
        try {
            write(more);
            if (last && tokens > documentStart) {
                write(separator);
                ends.writeLong(Long.reverseBytes(tokens));
                documents++;
                documentStart = tokens;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(int[] some) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(some.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(some);
        ids.write(bytes.array());
        tokens += some.length;
    }

    long tokens() {
        return tokens;
    }

    long documents() {
        return documents;
    }

    /** Ends the writing, begins the reading. */
    void seal() throws IOException {
        ids.close();
        ends.close();
        readIds = TokenShard.open(folder.resolve(IDS), new ShardHeader(0, Integer.BYTES, tokens, vocabSize, 0, 0));
        readEnds = DocumentIndex.open(folder.resolve(ENDS), 0);
    }

    TokenSource ids() {
        return readIds;
    }

    DocumentEnds ends() {
        return readEnds;
    }

    @Override
    public void close() throws IOException {
        ids.close();
        ends.close();
        if (readIds != null) {
            readIds.close();
            readEnds.close();
        }
        Files.deleteIfExists(folder.resolve(IDS));
        Files.deleteIfExists(folder.resolve(ENDS));
    }
}
