package org.llmsys.shell.internal.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LetteringTest {

    /** The pixels with ink, a character a pixel, 24 lines. */
    private static String ink(Lettering letters, String text, int size) {
        BufferedImage image = new BufferedImage(60, 24, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        letters.draw(graphics, text, 2, 18, size, Color.WHITE);
        StringBuilder ink = new StringBuilder();
        for (int y = 0; y < 24; y++) {
            for (int x = 0; x < 60; x++) {
                ink.append((image.getRGB(x, y) & 0xFFFFFF) == 0 ? '.' : '#');
            }
        }
        return ink.toString();
    }

    @Test
    @DisplayName("our own letters have all of ASCII and the signs for blanks and line ends, and no two look alike")
    void complete() {
        Set<String> seen = new HashSet<>();
        String box = ink(new PixelLettering(), "中", 12);
        String all = "·↵⇥…→×";
        for (int c = 0x20; c < 0x7F; c++) {
            all += (char) c;
        }
        for (int c : all.codePoints().toArray()) {
            String drawn = ink(new PixelLettering(), Character.toString(c), 12);
            assertTrue(seen.add(drawn), Character.toString(c) + " looks like another");
            assertFalse(drawn.equals(box), Character.toString(c) + " is missing");
            assertEquals(c != ' ', drawn.contains("#"), Character.toString(c));
        }
        assertEquals(box, ink(new PixelLettering(), "😀", 12), "what is missing is one box");
    }

    @Test
    @DisplayName("an L of our own stands on its line, a p goes below it; twice the size is twice the squares")
    void shape() {
        BufferedImage image = new BufferedImage(30, 30, BufferedImage.TYPE_INT_RGB);
        new PixelLettering().draw(image.createGraphics(), "Lp", 1, 10, 10, Color.WHITE);
        assertEquals(0xFFFFFF, image.getRGB(1, 3) & 0xFFFFFF, "top of the L");
        assertEquals(0xFFFFFF, image.getRGB(5, 9) & 0xFFFFFF, "foot of the L");
        assertEquals(0, image.getRGB(5, 3) & 0xFFFFFF);
        assertEquals(0, image.getRGB(1, 10) & 0xFFFFFF);
        assertEquals(0xFFFFFF, image.getRGB(7, 11) & 0xFFFFFF, "stem of the p");
        assertEquals(12, new PixelLettering().width("Lp", 10));
        assertEquals(24, new PixelLettering().width("Lp", 20));
    }

    @Test
    @DisplayName("whatever serves here leaves ink as wide as it says, also upwards, and where there are fonts they serve")
    void here() {
        Lettering letters = Lettering.here();
        assertEquals(FontLettering.works(), letters instanceof FontLettering);
        assertTrue(ink(letters, "layer", 12).contains("#"));
        assertTrue(letters.width("layers", 12) > letters.width("lay", 12));
        BufferedImage image = new BufferedImage(20, 60, BufferedImage.TYPE_INT_RGB);
        letters.drawUpwards(image.createGraphics(), "HHH", 15, 55, 12, Color.WHITE);
        int highest = 60;
        for (int at = 0; at < 20 * 60; at++) {
            highest = (image.getRGB(at % 20, at / 20) & 0xFFFFFF) != 0 ? Math.min(highest, at / 20) : highest;
        }
        assertEquals(55 - letters.width("HHH", 12), highest, 3);
    }
}
