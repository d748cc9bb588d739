package org.llmsys.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

import org.llmsys.assembly.Problem;

/** The bytes before the data of a GGUF file, one after another, never more than the file has. */
final class GgufBytes {

    static final int MOST_BYTES = 64 << 20;

    private final Object name;
    private final Source source;
    private final long length;
    /** What was read ahead; its position is the next byte to give out. */
    private ByteBuffer ahead = ByteBuffer.allocate(0);
    private long position;

    GgufBytes(Path file, FileChannel channel) throws IOException {
        this(file, channel::read, channel.size());
    }

    /** A header that somebody else read or made. */
    GgufBytes(String name, byte[] bytes) {
        this(name, (to, from) -> {
            int count = Math.min(to.remaining(), bytes.length - (int) from);
            to.put(bytes, (int) from, count);
            return count;
        }, bytes.length);
    }

    private GgufBytes(Object name, Source source, long length) {
        this.name = name;
        this.source = source;
        this.length = length;
    }

    /** Where bytes come from. */
    private interface Source {

        /** Reads some bytes from this position on; less than 0 when there are none. */
        int read(ByteBuffer to, long from) throws IOException;
    }

    /** Bytes given out so far. */
    long position() {
        return position;
    }

    /** Bytes in the file. */
    long length() {
        return length;
    }

    int u32() throws IOException {
        return take(4).getInt();
    }

    /** A number of things, each of which takes at least a byte. */
    int count(String what, int most) throws IOException {
        long count = take(8).getLong();
        if (count < 0 || count > most || count > length - position) {
            throw damaged("it claims " + Long.toUnsignedString(count) + " " + what + "; " + Math.min(most, length - position) + " are possible");
        }
        return (int) count;
    }

    byte[] text() throws IOException {
        byte[] text = new byte[count("bytes of a text", MOST_BYTES)];
        take(text.length).get(text);
        return text;
    }

    /** The next bytes, little endian, a copy that nobody else sees. */
    ByteBuffer take(int count) throws IOException {
        if (count > length - position) {
            throw damaged("it ends where " + count + " more bytes belong");
        }
        if (position + count > MOST_BYTES) {
            throw damaged("it has more than " + MOST_BYTES + " bytes before its data");
        }
        if (ahead.remaining() < count) {
            refill(count);
        }
        ByteBuffer taken = ahead.slice(ahead.position(), count).order(ByteOrder.LITTLE_ENDIAN);
        ahead.position(ahead.position() + count);
        position += count;
        return taken;
    }

    /** Reads at least this many bytes ahead, into a new buffer: slices of the old one may be kept. */
    private void refill(int count) throws IOException {
        ahead = ByteBuffer.allocate((int) Math.min(length - position, Math.max(count, 1 << 16)));
        while (ahead.hasRemaining()) {
            if (source.read(ahead, position + ahead.position()) < 0) {
                throw damaged("it became shorter while it was read");
            }
        }
        ahead.flip();
    }

    Problem damaged(String why) {
        return Problem.failed("cannot read " + name, why + " (byte " + position + ")", "get an undamaged copy of the GGUF file");
    }
}
