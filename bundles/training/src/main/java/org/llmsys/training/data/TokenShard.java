package org.llmsys.training.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32C;

import org.llmsys.assembly.Problem;
import org.llmsys.files.AtomicFiles;

/**
 * Token ids in a file, mapped into memory: it may be larger than memory, since only what is read is loaded.
 *
 * <pre>
 *   offset  0  magic      8 bytes  "LLMSHARD"
 *           8  version    u32      1
 *          12  width      u32      2 (uint16) or 4 (uint32) bytes an id
 *          16  count      u64      N
 *          24  vocabSize  u32      V; every id is below it
 *          28  check      u32      CRC-32C of bytes 0 to 27 and of the ids
 *          32  ids        N * width bytes                    all little-endian
 * </pre>
 *
 * <p>Opening checks the header and the file's length; {@link #verify} reads everything and checks it too.
 *
 * <p>Errors: a {@link Problem} for a file that is no shard, of another version, damaged or cut short.
 */
public final class TokenShard implements TokenSource, AutoCloseable {

    private static final long MAGIC = 0x44524148_534D4C4CL;            // the bytes L L M S H A R D
    private static final int VERSION = 1;
    private static final int HEADER = 32;
    private static final int CHECKED = 28;
    private static final int BLOCK = 1 << 16;
    private static final ValueLayout.OfShort UINT16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt UINT32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final Arena arena;
    private final MemorySegment bytes;
    private final int width;
    private final long count;
    private final int vocabSize;

    private TokenShard(Path file, Arena arena, MemorySegment bytes, ByteBuffer header) {
        this.file = file;
        this.arena = arena;
        this.bytes = bytes;
        if (header.getLong(0) != MAGIC) {
            throw damaged(file, "it does not begin as a token shard does");
        }
        if (header.getInt(8) != VERSION) {
            throw damaged(file, "it is of version " + Integer.toUnsignedString(header.getInt(8)) + ", not " + VERSION);
        }
        width = header.getInt(12);
        count = header.getLong(16);
        vocabSize = header.getInt(24);
        if (width != Short.BYTES && width != Integer.BYTES || vocabSize < 1 || count < 0 || count > (Long.MAX_VALUE - HEADER) / Integer.BYTES) {
            throw damaged(file, "its header says " + count + " ids of " + width + " bytes, below " + vocabSize);
        }
        if (bytes.byteSize() != HEADER + count * width) {
            throw damaged(file, "it has " + bytes.byteSize() + " bytes; " + count + " ids need " + (HEADER + count * width));
        }
    }

    /** Opens a shard; close it when no one reads it any more. */
    public static TokenShard open(Path file) {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            if (size < HEADER) {
                throw damaged(file, "it has " + size + " bytes, fewer than its header");
            }
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
            return new TokenShard(file, arena, bytes, bytes.asSlice(0, HEADER).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
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
        int width = vocabSize <= 1 << Short.SIZE ? Short.BYTES : Integer.BYTES;
        ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(MAGIC).putInt(VERSION).putInt(width).putLong(ids.size()).putInt(vocabSize);
        CRC32C check = new CRC32C();
        check.update(header.array(), 0, CHECKED);
        for (long at = 0; at < ids.size(); at += BLOCK) {
            check.update(block(ids, at, width, vocabSize));
        }
        header.putInt((int) check.getValue()).flip();
        AtomicFiles.ON_DISK.writeFile(file, sink -> {
            sink.write(header.duplicate());
            for (long at = 0; at < ids.size(); at += BLOCK) {
                sink.write(block(ids, at, width, vocabSize));
            }
        });
    }

    private static ByteBuffer block(TokenSource source, long from, int width, int vocabSize) {
        int[] ids = new int[(int) Math.min(BLOCK, source.size() - from)];
        source.copy(from, ids, 0, ids.length);
        ByteBuffer block = ByteBuffer.allocate(ids.length * width).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= vocabSize) {
                throw Problem.failed("cannot write the id " + ids[i] + " at place " + (from + i), "the vocabulary has " + vocabSize + " tokens",
                        "give ids of this vocabulary");
            }
            if (width == Short.BYTES) {
                block.putShort((short) ids[i]);
            } else {
                block.putInt(ids[i]);
            }
        }
        return block.flip();
    }

    @Override
    public long size() {
        return count;
    }

    /** V: every id is below it. */
    public int vocabSize() {
        return vocabSize;
    }

    /** Bytes an id: 2 or 4. */
    public int width() {
        return width;
    }

    @Override
    public void copy(long from, int[] ids, int offset, int length) {
        java.util.Objects.checkFromIndexSize(from, length, count);
        for (int i = 0; i < length; i++) {
            long at = HEADER + (from + i) * width;
            int id = width == Short.BYTES ? Short.toUnsignedInt(bytes.get(UINT16, at)) : bytes.get(UINT32, at);
            if (id < 0 || id >= vocabSize) {
                throw damaged(file, "the id " + Integer.toUnsignedString(id) + " at place " + (from + i) + " is not below " + vocabSize);
            }
            ids[offset + i] = id;
        }
    }

    /** Reads the whole file. @throws Problem when its check does not fit */
    public void verify() {
        CRC32C check = new CRC32C();
        check.update(bytes.asSlice(0, CHECKED).asByteBuffer());
        for (long at = HEADER; at < bytes.byteSize(); at += BLOCK) {
            check.update(bytes.asSlice(at, Math.min(BLOCK, bytes.byteSize() - at)).asByteBuffer());
        }
        if ((int) check.getValue() != bytes.get(UINT32, CHECKED)) {
            throw damaged(file, "its check does not fit its content");
        }
    }

    @Override
    public void close() {
        arena.close();
    }

    private static Problem damaged(Path file, String why) {
        return Problem.failed("cannot read the token shard " + file, why, "write it again from the text");
    }
}
