package org.llmsys.shell.internal.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/**
 * Which colour stands for which number: white for 0, full strength for the largest.
 *
 * @param name   what the numbers are
 * @param most   the number of full red, above 0
 * @param signed whether there are numbers below zero, down to -most in full blue
 */
public record ColourScale(String name, double most, boolean signed) {

    private static final int STEPS = 120;
    private static final int THICK = 12;
    private static final int LETTERS = 11;

    /** Height of the bar with its numbers and its name. */
    static final int HEIGHT = THICK + 2 * LETTERS + 10;

    public ColourScale {
        most = most > 0 && Double.isFinite(most) ? most : 1;
    }

    /** A scale that the largest of these numbers has full strength on; NaN is none. */
    public static ColourScale upTo(String name, double[]... rows) {
        double most = 0;
        boolean signed = false;
        for (double[] row : rows) {
            for (double value : row) {
                most = Math.max(most, Math.abs(Double.isNaN(value) ? 0 : value));
                signed |= value < 0;
            }
        }
        return new ColourScale(name, most, signed);
    }

    /** From -1 to 1. */
    double share(double value) {
        return value / most;
    }

    int width(Lettering letters) {
        return Math.max(STEPS * (signed ? 2 : 1) + 2 * letters.width(number(most), LETTERS), letters.width(name, LETTERS));
    }

    /** A bar from the lowest to the highest number, its name above, its numbers below. */
    void draw(Graphics2D graphics, Lettering letters, int x, int y) {
        int lowest = signed ? -STEPS : 0;
        int top = y + LETTERS + 5;
        letters.draw(graphics, name, x, y + LETTERS, LETTERS, Color.DARK_GRAY);
        for (int step = lowest; step < STEPS; step++) {
            graphics.setColor(HeatColours.at((step + 0.5) / STEPS));
            graphics.fillRect(x + step - lowest, top, 1, THICK);
        }
        graphics.setColor(Color.GRAY);
        graphics.drawRect(x, top, STEPS - lowest, THICK);
        double[] marks = signed ? new double[] {-most, 0, most} : new double[] {0, most / 2, most};
        for (double mark : marks) {
            int at = x + (int) Math.round(share(mark) * STEPS) - lowest;
            graphics.setColor(Color.GRAY);
            graphics.drawLine(at, top + THICK, at, top + THICK + 3);
            if (mark == marks[0]) {
                letters.draw(graphics, number(mark), x, top + THICK + LETTERS + 4, LETTERS, Color.DARK_GRAY);
            } else {
                letters.drawAround(graphics, number(mark), at, top + THICK + LETTERS + 4, LETTERS, Color.DARK_GRAY);
            }
        }
    }

    /** Three digits that count, without zeros at the end. */
    public static String number(double value) {
        if (value == 0) {
            return "0";
        }
        double size = Math.abs(value);
        if (size >= 1e5 || size < 1e-4) {
            return String.format(Locale.ROOT, "%.1e", value);
        }
        return new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
    }
}
