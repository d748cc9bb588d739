package org.llmsys.shell.internal.picture;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;

/** Letters of the machine's sans-serif font, with smooth edges. */
final class FontLettering implements Lettering {

    private static final double TEXT_OF_LINE = 1.05;

    private final Graphics2D measure = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();

    /** Whether a letter leaves ink. Java finds out about missing fonts and libraries only when it draws, each in its own way. */
    static boolean works() {
        try {
            BufferedImage image = new BufferedImage(24, 24, BufferedImage.TYPE_INT_RGB);
            Graphics2D graphics = image.createGraphics();
            new FontLettering().draw(graphics, "M", 4, 20, 16, Color.WHITE);
            graphics.dispose();
            for (int at = 0; at < 24 * 24; at++) {
                if ((image.getRGB(at % 24, at / 24) & 0xFFFFFF) != 0) {
                    return true;
                }
            }
            return false;
        } catch (OutOfMemoryError full) {
            throw full;
        } catch (RuntimeException | Error e) {                   // a plain Error says that there are no fonts, others that a library is missing
            return false;
        }
    }

    @Override
    public int width(String text, int size) {
        return measure.getFontMetrics(font(size)).stringWidth(text);
    }

    @Override
    public void draw(Graphics2D graphics, String text, int x, int baseline, int size, Color colour) {
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setFont(font(size));
        graphics.setColor(colour);
        graphics.drawString(text, x, baseline);
    }

    private static Font font(int size) {
        return new Font(Font.SANS_SERIF, Font.PLAIN, (int) Math.round(size * TEXT_OF_LINE));
    }
}
