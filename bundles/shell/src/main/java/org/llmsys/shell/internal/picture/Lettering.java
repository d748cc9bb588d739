package org.llmsys.shell.internal.picture;

import java.awt.Color;
import java.awt.Graphics2D;

/**
 * How text gets into a picture. A machine without a screen may have no fonts either, or no library that reads them; then letters of our own serve.
 *
 * <pre>{@code
 * Lettering letters = Lettering.here();
 * letters.draw(graphics, "layer 0", 10, 20, 12, Color.BLACK);       // 20 is the line that the letters stand on
 * }</pre>
 */
interface Lettering {

    /** Pixels that a text takes from left to right. */
    int width(String text, int size);

    /**
     * Draws a text.
     *
     * @param x        its left end
     * @param baseline the line that its letters stand on
     * @param size     pixels from one line to the next, about
     */
    void draw(Graphics2D graphics, String text, int x, int baseline, int size, Color colour);

    /** Draws a text that ends at x. */
    default void drawBefore(Graphics2D graphics, String text, int x, int baseline, int size, Color colour) {
        draw(graphics, text, x - width(text, size), baseline, size, colour);
    }

    /** Draws a text with its middle at x. */
    default void drawAround(Graphics2D graphics, String text, int x, int baseline, int size, Color colour) {
        draw(graphics, text, x - width(text, size) / 2, baseline, size, colour);
    }

    /** Draws a text that rises from below; x is the line that its letters stand on, y its beginning. */
    default void drawUpwards(Graphics2D graphics, String text, int x, int y, int size, Color colour) {
        Graphics2D turned = (Graphics2D) graphics.create();
        turned.translate(x, y);
        turned.rotate(-Math.PI / 2);
        draw(turned, text, 0, 0, size, colour);
        turned.dispose();
    }

    /** The machine's fonts when they work, else our own letters. */
    static Lettering here() {
        return FontLettering.works() ? new FontLettering() : new PixelLettering();
    }
}
