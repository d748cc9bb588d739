package org.llmsys.shell.internal.picture;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

import javax.imageio.ImageIO;

import org.llmsys.assembly.Problem;
import org.llmsys.files.AtomicFiles;

/** Pictures on a disk, whole or not at all, and how large they may be. */
public final class PictureFile {

    /** Most pixels of a picture. */
    static final long MOST_PIXELS = 16_000_000;

    private PictureFile() {
    }

    /** Writes a PNG. */
    public static void write(BufferedImage image, Path file) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        write(png.toByteArray(), file);
    }

    static void write(byte[] bytes, Path file) {
        AtomicFiles.ON_DISK.writeFile(file, out -> out.write(ByteBuffer.wrap(bytes)));
    }

    /** Memory for a picture. @throws Problem when it would be too large */
    static BufferedImage blank(long width, long height) {
        if (width * height > MOST_PIXELS || width > MOST_PIXELS || height > MOST_PIXELS) {
            throw Problem.failed("the picture would be too large", "it would have " + width + " times " + height + " pixels, and at most "
                    + MOST_PIXELS + " are drawn",
                    "choose fewer layers or heads, or give a shorter text");
        }
        return new BufferedImage((int) width, (int) height, BufferedImage.TYPE_INT_RGB);
    }
}
