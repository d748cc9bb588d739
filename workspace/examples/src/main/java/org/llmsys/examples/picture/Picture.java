package org.llmsys.examples.picture;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import javax.imageio.ImageIO;

import org.llmsys.files.AtomicFiles;

/**
 * A picture of coloured points, saved as PNG.
 *
 * <pre>{@code
 * Picture picture = new Picture(2, 1);
 * picture.set(0, 0, Picture.rgb(1, 0, 0));        // the left point is red
 * picture.save(Path.of("red.png"));
 * }</pre>
 */
public final class Picture {

    private final BufferedImage image;

    /** Black at first. */
    public Picture(int width, int height) {
        image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    }

    public int width() {
        return image.getWidth();
    }

    public int height() {
        return image.getHeight();
    }

    /** A colour from its parts, each from 0 (none) to 1 (all); what lies outside counts as the nearer end. */
    public static int rgb(double red, double green, double blue) {
        return part(red) << 16 | part(green) << 8 | part(blue);
    }

    private static int part(double share) {
        return (int) Math.round(255 * Math.clamp(share, 0, 1));
    }

    /** Colours a point; x grows to the right, y grows downwards. A point outside is left out. */
    public void set(int x, int y, int rgb) {
        if (x >= 0 && x < width() && y >= 0 && y < height()) {
            image.setRGB(x, y, rgb);
        }
    }

    /** Colours the points at most {@code radius} away from (x, y). */
    public void dot(int x, int y, int radius, int rgb) {
        for (int dy = -radius; dy <= radius; dy++) {
            for (int dx = -radius; dx <= radius; dx++) {
                if (dx * dx + dy * dy <= radius * radius) {
                    set(x + dx, y + dy, rgb);
                }
            }
        }
    }

    /** Writes a PNG file, whole or not at all. @throws org.llmsys.assembly.Problem when it cannot be written */
    public void save(Path file) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.setUseCache(false);                                    // no temporary files for a few kilobytes
        ImageIO.write(image, "png", png);
        AtomicFiles.ON_DISK.writeFile(file, sink -> sink.write(ByteBuffer.wrap(png.toByteArray())));
    }
}
