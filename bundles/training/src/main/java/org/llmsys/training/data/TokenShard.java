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
import java.util.zip.CRC32C;

import org.llmsys.assembly.Problem;
import org.llmsys.files.AtomicFiles;

/**
 * Token ids in a file, mapped into memory: it may be larger than memory, since only what is read is loaded.
 *
 * <pre>
 *   offset  0  magic      8 bytes  "LLMSHARD"
 *           8  version    u32      2
 *          12  width      u32      2 (uint16) or 4 (uint32) bytes an id
 *          16  count      u64      N
 *          24  vocabSize  u32      V; every id is below it
 *          28  tokenizer  u32      CRC-32C of the tokenizer's file, 0 when unknown
 *          32  ids        N * width bytes
 *       after  check      u32      CRC-32C of all bytes before it            all little-endian
 * </pre>
 *
 * <p>The shards of llm.c are read too, of its GPT-2 and of its Llama 3 kind; they have no check, and no vocabulary.
 *
 * <p>Opening checks the header and the file's length; {@link #verify} reads everything and checks it too.
 *
 * <p>Errors: a {@link Problem} for a file that is no shard, of another version, damaged or cut short, and for an id outside the vocabulary.
 */
public final class TokenShard implements TokenSource, AutoCloseable {

    private static final int BLOCK = 1 << 16;
    private static final int LONGEST_HEADER = 1024;
    private static final ValueLayout.OfShort UINT16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt UINT32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Gives ids in order, as many as are asked for. */
    @FunctionalInterface
    interface Ids {
        void next(int[] ids, int length);
    }

    private final Path file;
    private final Arena arena;
    private final MemorySegment bytes;
    private final ShardHeader header;

    private TokenShard(Path file, Arena arena, MemorySegment bytes, ShardHeader header) {
        this.file = file;
        this.arena = arena;
        this.bytes = bytes;
        this.header = header;
    }

    /** Opens a shard; close it when no one reads it any more. */
    public static TokenShard open(Path file) {
        return open(file, null);
    }

    /** @param known what the file's header would say, for one that has none */
    static TokenShard open(Path file, ShardHeader known) {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file)) {
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            long size = bytes.byteSize();
            return new TokenShard(file, arena, bytes, known != null ? known
                    : ShardHeader.read(file, bytes.asSlice(0, Math.min(size, LONGEST_HEADER)).asByteBuffer(), size));
        } catch (IOException e) {
            arena.close();
            throw new Problem("cannot read the token shard " + file, e.toString(), "give the path of a token shard", Problem.FAILED, e);
        } catch (Problem e) {
            arena.close();
            throw e;
        }
    }

    /** Writes a shard, whole or not at all: uint16 when V is at most 65,536, uint32 otherwise. */
    public static void write(Path file, TokenSource ids, int vocabSize) {
        long[] at = {0};
        AtomicFiles.ON_DISK.writeFile(file, content(ShardHeader.of(ids.size(), vocabSize, 0), (block, length) -> {
            ids.copy(at[0], block, 0, length);
            at[0] += length;
        }));
    }

    /** What the file of a shard holds; reads the ids once, a block at a time. */
    static AtomicFiles.FileContent content(ShardHeader header, Ids ids) {
        return sink -> {
            CRC32C check = new CRC32C();
            write(sink, header.write(), check);
            int[] block = new int[BLOCK];
            for (long at = 0; at < header.count(); at += BLOCK) {
                int length = (int) Math.min(BLOCK, header.count() - at);
                ids.next(block, length);
                write(sink, packed(block, length, header, at), check);
            }
            sink.write(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt((int) check.getValue()).flip());
        };
    }

    private static void write(AtomicFiles.Sink sink, ByteBuffer bytes, CRC32C check) throws IOException {
        check.update(bytes.duplicate());
        sink.write(bytes);
    }

    private static ByteBuffer packed(int[] ids, int length, ShardHeader header, long from) {
        ByteBuffer block = ByteBuffer.allocate(length * header.width()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < length; i++) {
            if (ids[i] < 0 || ids[i] >= header.vocabSize()) {
                throw Problem.failed("cannot write the id " + ids[i] + " at place " + (from + i), "the vocabulary has " + header.vocabSize()
                        + " tokens", "give ids of this vocabulary");
            }
            if (header.width() == Short.BYTES) {
                block.putShort((short) ids[i]);
            } else {
                block.putInt(ids[i]);
            }
        }
        return block.flip();
    }

    @Override
    public long size() {
        return header.count();
    }

    /** V: every id is below it. For a shard that does not say, as many as its width can tell apart. */
    public int vocabSize() {
        return header.vocabSize();
    }

    /** Bytes an id: 2 or 4. */
    public int width() {
        return header.width();
    }

    /** CRC-32C of the tokenizer's file, 0 when unknown. */
    public int tokenizer() {
        return header.tokenizer();
    }

    /** The check that stands at its end; 0 for a shard that has none. */
    public int check() {
        return header.trailer() == 0 ? 0 : bytes.get(UINT32, bytes.byteSize() - header.trailer());
    }

    @Override
    public void copy(long from, int[] ids, int offset, int length) {
        Objects.checkFromIndexSize(from, length, header.count());
        int width = header.width();
        for (int i = 0; i < length; i++) {
            long at = header.offset() + (from + i) * width;
            int id = width == Short.BYTES ? Short.toUnsignedInt(bytes.get(UINT16, at)) : bytes.get(UINT32, at);
            if (id < 0 || id >= header.vocabSize()) {
                throw ShardHeader.damaged(file, "the id " + Integer.toUnsignedString(id) + " at place " + (from + i) + " is not below "
                        + header.vocabSize());
            }
            ids[offset + i] = id;
        }
    }

    /** Reads the whole file. @throws Problem when its check does not fit, or an id is outside the vocabulary */
    public void verify() {
        CRC32C check = new CRC32C();
        long end = bytes.byteSize() - header.trailer();
        for (long at = 0; at < end; at += BLOCK) {
            check.update(bytes.asSlice(at, Math.min(BLOCK, end - at)).asByteBuffer());
        }
        if (header.trailer() > 0 && (int) check.getValue() != check()) {
            throw ShardHeader.damaged(file, "its check does not fit its content");
        }
        int[] ids = new int[BLOCK];
        for (long at = 0; at < size(); at += BLOCK) {
            copy(at, ids, 0, (int) Math.min(BLOCK, size() - at));
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
