package org.llmsys.shell.internal.picture;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * A film as an animated PNG: a PNG whose further frames stand in chunks of their own, so that whoever knows no films shows the first.
 *
 * <pre>
 *   signature, IHDR width height 8 bit RGBA, acTL frames plays=0 (for ever)
 *   for each frame:  fcTL number, part, delay, lay over       then IDAT of the first, fdAT number + the same data of the others
 *   IEND
 * </pre>
 *
 * <p>A frame is the part of the picture that changed, clear where it did not, laid over what is there. Each chunk is its length, its name, its
 * data, and the CRC-32 of name and data; rows begin with a byte 0, which says that they stand as they are.
 *
 * @see <a href="https://www.w3.org/TR/png-3/">Portable Network Graphics, third edition, 2025</a>
 */
final class ApngFilm {

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final byte BITS = 8;
    private static final byte RGBA = 6;
    private static final short MILLIS = 1000;
    private static final byte LEAVE = 0;
    private static final byte LAY_OVER = 1;

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private int number;

    private ApngFilm() {
    }

    static byte[] bytes(Film film) {
        ApngFilm writer = new ApngFilm();
        writer.write(film);
        return writer.file.toByteArray();
    }

    private void write(Film film) {
        BufferedImage now = film.first();
        BufferedImage before = null;
        file.writeBytes(SIGNATURE);
        chunk("IHDR", ByteBuffer.allocate(13).putInt(now.getWidth()).putInt(now.getHeight()).put(BITS).put(RGBA));        // the rest is 0
        chunk("acTL", ByteBuffer.allocate(8).putInt(film.count()).putInt(0));
        for (int at = 0; at < film.count(); at++) {
            now = at == 0 ? now : film.frame().apply(at);
            Rectangle part = Film.changed(before, now);
            chunk("fcTL", ByteBuffer.allocate(26).putInt(number++).putInt(part.width).putInt(part.height).putInt(part.x).putInt(part.y)
                    .putShort((short) film.millis(at)).putShort(MILLIS).put(LEAVE).put(LAY_OVER));
            byte[] data = packed(before, now, part);
            if (at == 0) {
                chunk("IDAT", ByteBuffer.wrap(data));
            } else {
                chunk("fdAT", ByteBuffer.allocate(4 + data.length).putInt(number++).put(data));
            }
            before = now;
        }
        chunk("IEND", ByteBuffer.allocate(0));
    }

    private void chunk(String name, ByteBuffer data) {
        byte[] letters = name.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(letters);
        crc.update(data.array());
        file.writeBytes(ByteBuffer.allocate(4).putInt(data.capacity()).array());
        file.writeBytes(letters);
        file.writeBytes(data.array());
        file.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    /** The rows of a part, four bytes a pixel, compressed. */
    private static byte[] packed(BufferedImage before, BufferedImage now, Rectangle part) {
        ByteBuffer rows = ByteBuffer.allocate(part.height * (1 + 4 * part.width));
        for (int y = part.y; y < part.y + part.height; y++) {
            rows.put((byte) 0);
            for (int x = part.x; x < part.x + part.width; x++) {
                int colour = now.getRGB(x, y);
                boolean same = before != null && before.getRGB(x, y) == colour;
                rows.putInt(same ? 0 : colour << 8 | 0xFF);
            }
        }
        try (Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION)) {
            deflater.setInput(rows.array());
            deflater.finish();
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            byte[] piece = new byte[1 << 14];
            while (!deflater.finished()) {
                packed.write(piece, 0, deflater.deflate(piece));
            }
            return packed.toByteArray();
        }
    }
}
