package org.llmsys.examples.spirals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.examples.Examples;
import org.llmsys.examples.RecordingNotebook;

class SpiralsTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("more than 95 % of unseen points are right, and the picture has the colour of its spiral at each place of a spiral")
    void learnsAndPaints() throws IOException {
        Path png = folder.resolve("spirals.png");
        RecordingNotebook notebook = Examples.run(Spirals::new, "steps", 600, "png", png);
        assertTrue(notebook.result("accuracy") > 0.95, notebook.text());

        BufferedImage picture = ImageIO.read(png.toFile());
        SpiralPoints points = SpiralPoints.draw(400, 7, 7);
        int right = 0;
        for (int i = 0; i < 400; i++) {
            int x = (int) Math.round((points.positions().get(i, 0) / 1.2 + 1) / 2 * (picture.getWidth() - 1));
            int y = (int) Math.round((-points.positions().get(i, 1) / 1.2 + 1) / 2 * (picture.getHeight() - 1));
            int rgb = picture.getRGB(Math.clamp(x, 0, 479), Math.clamp(y, 0, 479));
            boolean orange = (rgb >> 16 & 0xff) > (rgb & 0xff);
            right += orange == (points.arms().getLong(i) == 1) ? 1 : 0;
        }
        assertTrue(right > 340, right + " of 400");
    }

    @Test
    @DisplayName("the same seed gives the same reports with one, two and four threads")
    void deterministic() throws IOException {
        List<Map<String, Object>> once = Examples.reports(1, Spirals::new, "steps", 20);
        assertEquals(once, Examples.reports(2, Spirals::new, "steps", 20));
        assertEquals(once, Examples.reports(4, Spirals::new, "steps", 20));
    }
}
