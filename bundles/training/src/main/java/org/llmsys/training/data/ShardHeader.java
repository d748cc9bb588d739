package org.llmsys.training.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

import org.llmsys.assembly.Problem;

/**
 * What stands before the ids of a shard, ours or one of llm.c.
 *
 * <pre>
 *   ours    0 "LLMSHARD"   8 version u32 = 2   12 width u32   16 count u64   24 vocabSize u32   28 tokenizer u32   ids from 32, then a check u32
 *   llm.c   0 magic i32    4 version i32       8 count i32   ids from 1024:   magic 20240520 version 1 uint16,   20240801 version 7 uint32
 * </pre>
 *
 * @param offset    of the first id in the file
 * @param width     bytes an id: 2 or 4
 * @param count     N
 * @param vocabSize V; every id is below it
 * @param tokenizer CRC-32C of the tokenizer's file, 0 when unknown
 * @param trailer   bytes behind the ids
 * @see <a href="https://github.com/karpathy/llm.c/blob/master/dev/data/data_common.py">the files of llm.c</a>
 */
record ShardHeader(int offset, int width, long count, int vocabSize, int tokenizer, int trailer) {

    static final int SIZE = 32;
    static final int VERSION = 2;
    private static final long MAGIC = 0x44524148_534D4C4CL;            // the bytes L L M S H A R D
    private static final int LLMC_SIZE = 1024;
    private static final int LLMC_GPT2 = 20240520;
    private static final int LLMC_LLAMA3 = 20240801;

    /** Of a shard of ours: uint16 when V is at most 65,536, uint32 otherwise. */
    static ShardHeader of(long count, int vocabSize, int tokenizer) {
        return new ShardHeader(SIZE, vocabSize <= 1 << Short.SIZE ? Short.BYTES : Integer.BYTES, count, vocabSize, tokenizer, Integer.BYTES);
    }

    /** @throws Problem when this is no header, or its numbers do not fit the file's length */
    static ShardHeader read(Path file, ByteBuffer start, long fileSize) {
        start.order(ByteOrder.LITTLE_ENDIAN);
        if (fileSize < SIZE) {
            throw damaged(file, "it has " + fileSize + " bytes, fewer than its header");
        }
        ShardHeader header = start.getInt(0) == LLMC_GPT2 || start.getInt(0) == LLMC_LLAMA3 ? llmc(file, start) : ours(file, start);
        long room = (fileSize - header.offset - header.trailer) / header.width;
        if (header.vocabSize < 1 || header.count < 0 || header.count > room || header.bytes() != fileSize) {
            throw damaged(file, "it has " + fileSize + " bytes; its header says " + header.count + " ids of " + header.width + " bytes, below "
                    + Integer.toUnsignedString(header.vocabSize));
        }
        return header;
    }

    private static ShardHeader ours(Path file, ByteBuffer start) {
        if (start.getLong(0) != MAGIC) {
            throw damaged(file, "it does not begin as a token shard does");
        }
        if (start.getInt(8) != VERSION) {
            throw damaged(file, "it is of version " + Integer.toUnsignedString(start.getInt(8)) + ", not " + VERSION);
        }
        int width = start.getInt(12);
        if (width != Short.BYTES && width != Integer.BYTES) {
            throw damaged(file, "its ids have " + Integer.toUnsignedString(width) + " bytes, not 2 or 4");
        }
        return new ShardHeader(SIZE, width, start.getLong(16), start.getInt(24), start.getInt(28), Integer.BYTES);
    }

    private static ShardHeader llmc(Path file, ByteBuffer start) {
        boolean gpt2 = start.getInt(0) == LLMC_GPT2;
        if (start.getInt(4) != (gpt2 ? 1 : 7)) {
            throw damaged(file, "it is an llm.c shard of version " + start.getInt(4) + ", which is not known here");
        }
        return new ShardHeader(LLMC_SIZE, gpt2 ? Short.BYTES : Integer.BYTES, Integer.toUnsignedLong(start.getInt(8)),
                gpt2 ? 1 << Short.SIZE : Integer.MAX_VALUE, 0, 0);
    }

    /** The bytes before the ids, of a shard of ours. */
    ByteBuffer write() {
        return ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN).putLong(MAGIC).putInt(VERSION).putInt(width).putLong(count)
                .putInt(vocabSize).putInt(tokenizer).flip();
    }

    /** Length of the whole file. */
    long bytes() {
        return offset + count * width + trailer;
    }

    static Problem damaged(Path file, String why) {
        return Problem.failed("cannot read the token shard " + file, why, "write it again from the text");
    }
}
