package org.llmsys.examples.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;

class PictureTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("a saved picture is PNG and reads back point by point")
    void readsBack() throws IOException {
        Picture picture = new Picture(5, 3);
        picture.set(0, 0, Picture.rgb(1, 0.5, 0));
        picture.set(4, 2, Picture.rgb(0, 0, 2));                       // more blue than there is
        picture.set(5, 3, Picture.rgb(1, 1, 1));                       // outside
        Path file = folder.resolve("new folder").resolve("a.png");
        picture.save(file);
        BufferedImage read = ImageIO.read(file.toFile());
        assertEquals(5, read.getWidth());
        assertEquals(3, read.getHeight());
        assertEquals(0xff8000, read.getRGB(0, 0) & 0xffffff);
        assertEquals(0x0000ff, read.getRGB(4, 2) & 0xffffff);
        assertEquals(0, read.getRGB(2, 1) & 0xffffff);
    }

    @Test
    @DisplayName("a dot is round: the four neighbours at its radius, not the corners")
    void dot() throws IOException {
        Picture picture = new Picture(5, 5);
        picture.dot(2, 2, 2, 0xffffff);
        Path file = folder.resolve("dot.png");
        picture.save(file);
        BufferedImage read = ImageIO.read(file.toFile());
        assertEquals(0xffffff, read.getRGB(0, 2) & 0xffffff);
        assertEquals(0xffffff, read.getRGB(3, 3) & 0xffffff);
        assertEquals(0, read.getRGB(0, 0) & 0xffffff);
    }

    @Test
    @DisplayName("a place that cannot be written is said to be that")
    void cannotWrite() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThrows(Problem.class, () -> new Picture(1, 1).save(file.resolve("a.png")));
    }
}
