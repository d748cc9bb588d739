package org.llmsys.shell.internal.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/**
 * A text with a number behind each token: the tokens in reading order on the colours of their numbers, the numbers below them.
 *
 * @param title    large, on top
 * @param subtitle lines below it; may be none
 * @param tokens   labels
 * @param values   one a token
 * @param scale    the colours
 */
public record StripFigure(String title, List<String> subtitle, List<String> tokens, double[] values, ColourScale scale) {

    private static final int MARGIN = 16;
    private static final int TITLE = 18;
    private static final int LINE = 17;
    private static final int LETTERS = 14;
    private static final int NUMBERS = 10;
    private static final int CELL = 28;
    private static final int ROW = CELL + NUMBERS + 10;
    private static final int WIDTH = 800;

    /** @throws org.llmsys.assembly.Problem when the picture would be too large */
    public BufferedImage draw() {
        return draw(Lettering.here());
    }

    BufferedImage draw(Lettering letters) {
        List<List<Integer>> lines = lines(letters);
        int top = MARGIN + TITLE + subtitle.size() * LINE + 14;
        BufferedImage image = PictureFile.blank(width(letters, lines), top + (long) lines.size() * ROW + 8 + ColourScale.HEIGHT + MARGIN);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        letters.draw(graphics, title, MARGIN, MARGIN + TITLE - 3, TITLE, Color.BLACK);
        for (int line = 0; line < subtitle.size(); line++) {
            letters.draw(graphics, subtitle.get(line), MARGIN, MARGIN + TITLE + (line + 1) * LINE, 12, Color.DARK_GRAY);
        }
        for (int line = 0; line < lines.size(); line++) {
            int x = MARGIN;
            for (int token : lines.get(line)) {
                drawToken(graphics, letters, token, x, top + line * ROW);
                x += width(letters, token);
            }
        }
        scale.draw(graphics, letters, MARGIN, image.getHeight() - MARGIN - ColourScale.HEIGHT);
        graphics.dispose();
        return image;
    }

    private void drawToken(Graphics2D graphics, Lettering letters, int token, int x, int y) {
        double share = scale.share(values[token]);
        int width = width(letters, token);
        graphics.setColor(HeatColours.at(share));
        graphics.fillRect(x, y, width, CELL);
        graphics.setColor(Color.LIGHT_GRAY);
        graphics.drawRect(x, y, width, CELL);
        letters.drawAround(graphics, tokens.get(token), x + width / 2, y + CELL / 2 + 5, LETTERS, HeatColours.inkOn(share));
        letters.drawAround(graphics, ColourScale.number(values[token]), x + width / 2, y + CELL + NUMBERS + 3, NUMBERS, Color.GRAY);
    }

    private int width(Lettering letters, int token) {
        return Math.max(letters.width(tokens.get(token), LETTERS), letters.width(ColourScale.number(values[token]), NUMBERS)) + 8;
    }

    /** Which tokens stand in which line. */
    private List<List<Integer>> lines(Lettering letters) {
        List<List<Integer>> lines = new ArrayList<>();
        int x = WIDTH;
        for (int token = 0; token < tokens.size(); token++) {
            int width = width(letters, token);
            if (x + width > WIDTH - MARGIN) {
                lines.add(new ArrayList<>());
                x = MARGIN;
            }
            lines.getLast().add(token);
            x += width;
        }
        return lines;
    }

    /** No wider than it must be. */
    private int width(Lettering letters, List<List<Integer>> lines) {
        int widest = Math.max(letters.width(title, TITLE), scale.width(letters) + 30);
        for (String line : subtitle) {
            widest = Math.max(widest, letters.width(line, 12));
        }
        for (List<Integer> line : lines) {
            widest = Math.max(widest, line.stream().mapToInt(token -> width(letters, token)).sum());
        }
        return widest + 2 * MARGIN + 1;
    }
}
