package org.llmsys.shell.internal;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;

import org.llmsys.shell.internal.picture.HeatColours;
import org.llmsys.shell.internal.picture.PictureFile;

/** A table of numbers as a picture: blue below zero, white at zero, red above, the largest size at full strength. Row 0 is at the top. */
final class HeatMap {

    private static final int SMALLEST_SIDE = 480;

    private HeatMap() {
    }

    static void write(double[][] values, Path file) throws IOException {
        PictureFile.write(image(values), file);
    }

    /** Each number is a rectangle, so that both sides have at least 480 pixels. */
    static BufferedImage image(double[][] values) {
        int rows = values.length;
        int columns = values[0].length;
        int height = Math.ceilDiv(SMALLEST_SIDE, rows);
        int width = Math.ceilDiv(SMALLEST_SIDE, columns);
        double largest = 0;
        for (double[] row : values) {
            for (double value : row) {
                largest = Math.max(largest, Math.abs(value));
            }
        }
        BufferedImage image = new BufferedImage(columns * width, rows * height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                image.setRGB(x, y, HeatColours.at(largest == 0 ? 0 : values[y / height][x / width] / largest).getRGB());
            }
        }
        return image;
    }
}
