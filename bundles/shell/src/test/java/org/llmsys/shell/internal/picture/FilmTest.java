package org.llmsys.shell.internal.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;

/** Films are decoded again, part by part, and laid over each other: what comes out is what was drawn. */
class FilmTest {

    private static final int WIDTH = 37;
    private static final int HEIGHT = 23;

    @TempDir
    Path folder;

    /** A red square that wanders over white; the third frame is the second once more. */
    private static BufferedImage drawn(int frame) {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, WIDTH, HEIGHT);
        int at = frame == 2 ? 1 : frame;
        graphics.setColor(new Color(255, 10 * at, 10 * at));
        graphics.fillRect(3 + 7 * at, 2 + 3 * at, 6, 5);
        graphics.dispose();
        return image;
    }

    private static void assertSame(BufferedImage expected, BufferedImage actual, String what) {
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                assertEquals(expected.getRGB(x, y) & 0xFFFFFF, actual.getRGB(x, y) & 0xFFFFFF, what + " at " + x + ", " + y);
            }
        }
    }

    @Test
    @DisplayName("a GIF has its frames, delays in hundredths of a second, and colours, and is repeated for ever")
    void gif() throws IOException {
        Path file = folder.resolve("film.GIF");
        new Film(5, FilmTest::drawn, 350, 2000).write(file);
        byte[] bytes = Files.readAllBytes(file);
        assertTrue(new String(bytes, StandardCharsets.ISO_8859_1).contains("NETSCAPE2.0\u0003\u0001\u0000\u0000"), "repeated for ever");
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        reader.setInput(ImageIO.createImageInputStream(new ByteArrayInputStream(bytes)));
        assertEquals(5, reader.getNumImages(true));
        BufferedImage canvas = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        for (int frame = 0; frame < 5; frame++) {
            IIOMetadataNode tree = (IIOMetadataNode) reader.getImageMetadata(frame).getAsTree("javax_imageio_gif_image_1.0");
            IIOMetadataNode control = (IIOMetadataNode) tree.getElementsByTagName("GraphicControlExtension").item(0);
            assertEquals(frame == 4 ? "200" : "35", control.getAttribute("delayTime"));
            IIOMetadataNode place = (IIOMetadataNode) tree.getElementsByTagName("ImageDescriptor").item(0);
            canvas.createGraphics().drawImage(reader.read(frame), Integer.parseInt(place.getAttribute("imageLeftPosition")),
                    Integer.parseInt(place.getAttribute("imageTopPosition")), null);
            assertSame(drawn(frame), canvas, "frame " + frame);
        }
    }

    @Test
    @DisplayName("more colours than a GIF has are replaced by near ones: no channel is further off than 1 in a ramp of 441 reds and greys")
    void manyColours() throws IOException {
        BufferedImage ramp = new BufferedImage(21, 21, BufferedImage.TYPE_INT_RGB);
        for (int at = 0; at < 441; at++) {
            int shade = at * 255 / 440;
            ramp.setRGB(at % 21, at / 21, at % 2 == 0 ? 0xFF0000 | shade << 8 | shade : shade << 16 | shade << 8 | shade);
        }
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(GifFilm.bytes(new Film(1, frame -> ramp, 100, 100))));
        for (int at = 0; at < 441; at++) {
            for (int shift = 0; shift < 24; shift += 8) {
                int difference = (ramp.getRGB(at % 21, at / 21) >> shift & 0xFF) - (read.getRGB(at % 21, at / 21) >> shift & 0xFF);
                assertTrue(Math.abs(difference) <= 1, "pixel " + at + " is off by " + difference);
            }
        }
    }

    private record Chunk(String name, byte[] data) {
    }

    /** Every chunk's checksum is right. */
    private static List<Chunk> chunks(byte[] png) {
        List<Chunk> chunks = new ArrayList<>();
        ByteBuffer file = ByteBuffer.wrap(png);
        assertEquals(0x89504E470D0A1A0AL, file.getLong());
        while (file.hasRemaining()) {
            byte[] data = new byte[file.getInt()];
            byte[] name = new byte[4];
            file.get(name).get(data);
            CRC32 crc = new CRC32();
            crc.update(name);
            crc.update(data);
            assertEquals((int) crc.getValue(), file.getInt());
            chunks.add(new Chunk(new String(name, StandardCharsets.US_ASCII), data));
        }
        return chunks;
    }

    /** A PNG of one frame's data. */
    private static BufferedImage frame(ByteBuffer control, byte[] header, byte[] data) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(ByteBuffer.allocate(8).putLong(0x89504E470D0A1A0AL).array());
        byte[] size = header.clone();
        ByteBuffer.wrap(size).putInt(control.getInt(4)).putInt(control.getInt(8));
        for (Chunk chunk : List.of(new Chunk("IHDR", size), new Chunk("IDAT", data), new Chunk("IEND", new byte[0]))) {
            byte[] name = chunk.name().getBytes(StandardCharsets.US_ASCII);
            CRC32 crc = new CRC32();
            crc.update(name);
            crc.update(chunk.data());
            png.writeBytes(ByteBuffer.allocate(12
                    + chunk.data().length).putInt(chunk.data().length).put(name).put(chunk.data()).putInt((int) crc.getValue()).array());
        }
        return ImageIO.read(new ByteArrayInputStream(png.toByteArray()));
    }

    @Test
    @DisplayName("an animated PNG has its frames in numbered chunks with right checksums, delays in milliseconds, and exactly the colours drawn")
    void png() throws IOException {
        Path file = folder.resolve("film.png");
        new Film(5, FilmTest::drawn, 350, 2000).write(file);
        assertSame(drawn(0), ImageIO.read(file.toFile()), "whoever knows no films");
        List<Chunk> chunks = chunks(Files.readAllBytes(file));
        assertEquals(List.of("IHDR", "acTL", "fcTL", "IDAT", "fcTL", "fdAT", "fcTL", "fdAT", "fcTL", "fdAT", "fcTL", "fdAT", "IEND"),
                chunks.stream().map(Chunk::name).toList());
        assertEquals(5, ByteBuffer.wrap(chunks.get(1).data()).getInt());
        assertEquals(0, ByteBuffer.wrap(chunks.get(1).data()).getInt(4), "for ever");
        BufferedImage canvas = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        int number = 0;
        for (int frame = 0; frame < 5; frame++) {
            ByteBuffer control = ByteBuffer.wrap(chunks.get(2 + 2 * frame).data());
            assertEquals(number++, control.getInt(0));
            assertEquals(frame == 4 ? 2000 : 350, control.getShort(20));
            assertEquals(1000, control.getShort(22));
            byte[] data = chunks.get(3 + 2 * frame).data();
            if (frame > 0) {
                assertEquals(number++, ByteBuffer.wrap(data).getInt());
                data = Arrays.copyOfRange(data, 4, data.length);
            }
            canvas.createGraphics().drawImage(frame(control, chunks.getFirst().data(), data), control.getInt(12), control.getInt(16), null);
            assertSame(drawn(frame), canvas, "frame " + frame);
        }
    }

    @Test
    @DisplayName("another name, too many frames and too many pixels are problems, and nothing is written")
    void refuses() {
        Path text = folder.resolve("film.txt");
        assertTrue(assertThrows(Problem.class, () -> new Film(1, FilmTest::drawn, 100, 100).write(text)).text().contains("neither .gif nor .png"));
        assertTrue(assertThrows(Problem.class, () -> new Film(513, FilmTest::drawn, 100, 100)).text().contains("513 frames"));
        BufferedImage large = new BufferedImage(2000, 1000, BufferedImage.TYPE_BYTE_BINARY);
        Path file = folder.resolve("large.png");
        assertTrue(assertThrows(Problem.class, () -> new Film(201, frame -> large, 100, 100).write(file)).text().contains("402000000"));
        assertTrue(assertThrows(Problem.class, () -> new Film(201, frame -> large, 100, 100)
                .write(folder.resolve("large.gif"))).text().contains("402000000"));
        assertTrue(Files.notExists(text) && Files.notExists(file));
    }
}
