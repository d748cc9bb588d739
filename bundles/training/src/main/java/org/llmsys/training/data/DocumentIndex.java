package org.llmsys.training.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.LongSupplier;

import org.llmsys.assembly.Problem;
import org.llmsys.files.AtomicFiles;

/**
 * The ends of documents in a file, mapped into memory.
 *
 * <pre>
 *   offset 0  magic "LLMSDOCS"    8  version u32 = 1    12  0 u32    16  count u64    24  ends, count * u64        all little-endian
 * </pre>
 *
 * <p>Errors: a {@link Problem} for a file that is no such index or is cut short, and for ends that do not ascend.
 */
public final class DocumentIndex implements DocumentEnds, AutoCloseable {

    private static final long MAGIC = 0x53434F44_534D4C4CL;            // the bytes L L M S D O C S
    private static final int VERSION = 1;
    private static final int HEADER = 24;
    private static final int BLOCK = 1 << 13;
    private static final ValueLayout.OfLong UINT64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final Arena arena;
    private final MemorySegment ends;

    private DocumentIndex(Path file, Arena arena, MemorySegment ends) {
        this.file = file;
        this.arena = arena;
        this.ends = ends;
    }

    /** Opens an index; close it when no one reads it any more. */
    public static DocumentIndex open(Path file) {
        return open(file, HEADER);
    }

    /** @param header bytes before the ends: none in a file of nothing but ends */
    static DocumentIndex open(Path file, int header) {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file)) {
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            if (header > 0 && (bytes.byteSize() < HEADER || bytes.get(UINT64, 0) != MAGIC || bytes.get(UINT64, 8) != VERSION)) {
                throw damaged(file, "it does not begin as an index of documents does");
            }
            long room = bytes.byteSize() - header;
            if (room % Long.BYTES != 0 || header > 0 && bytes.get(UINT64, 16) != room / Long.BYTES) {
                throw damaged(file, "it has " + bytes.byteSize() + " bytes, which is not what its header says");
            }
            return new DocumentIndex(file, arena, bytes.asSlice(header));
        } catch (IOException e) {
            arena.close();
            throw new Problem("cannot read the index of documents " + file, e.toString(), "prepare the data again", Problem.FAILED, e);
        } catch (Problem e) {
            arena.close();
            throw e;
        }
    }

    /** What the file of an index holds. @param ends gives them in order */
    static AtomicFiles.FileContent content(long count, LongSupplier ends) {
        return sink -> {
            ByteBuffer block = ByteBuffer.allocate(BLOCK * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            block.putLong(MAGIC).putLong(VERSION).putLong(count);
            for (long i = 0; i < count; i++) {
                if (!block.hasRemaining()) {
                    sink.write(block.flip());
                    block.clear();
                }
                block.putLong(ends.getAsLong());
            }
            sink.write(block.flip());
        };
    }

    @Override
    public long count() {
        return ends.byteSize() / Long.BYTES;
    }

    @Override
    public long end(long document) {
        Objects.checkIndex(document, count());
        long end = ends.get(UINT64, document * Long.BYTES);
        if (end < (document == 0 ? 0 : ends.get(UINT64, (document - 1) * Long.BYTES))) {
            throw damaged(file, "document " + document + " ends before it begins");
        }
        return end;
    }

    @Override
    public void close() {
        arena.close();
    }

    private static Problem damaged(Path file, String why) {
        return Problem.failed("cannot read the index of documents " + file, why, "prepare the data again");
    }
}
