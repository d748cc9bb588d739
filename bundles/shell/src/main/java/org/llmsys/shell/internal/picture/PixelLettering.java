package org.llmsys.shell.internal.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Letters of our own, five columns of squares wide, for places without fonts: {@code letters.txt} shows them. What it has not is a box. */
final class PixelLettering implements Lettering {

    private static final int COLUMNS = 5;
    private static final int ROWS = 9;
    /** Of these rows, how many stand on the line. */
    private static final int ABOVE = 7;
    private static final int UNKNOWN = 0xFFFD;
    private static final Map<Integer, boolean[][]> LETTERS = read();

    /** [row][column] of each character. */
    private static Map<Integer, boolean[][]> read() {
        List<String> lines;
        try (InputStream in = PixelLettering.class.getResourceAsStream("letters.txt")) {
            lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new IllegalStateException("the letters cannot be read", e);
        }
        Map<Integer, boolean[][]> letters = new HashMap<>();
        for (int top = 2; top + ROWS < lines.size(); top += ROWS + 2) {                       // a line of characters, their rows, an empty line
            for (int left = 0; left < lines.get(top).length(); left += COLUMNS + 1) {
                boolean[][] letter = new boolean[ROWS][COLUMNS];
                for (int row = 0; row < ROWS; row++) {
                    for (int column = 0; column < COLUMNS; column++) {
                        letter[row][column] = lines.get(top + 1 + row).charAt(left + column) == '#';
                    }
                }
                letters.put((int) lines.get(top).charAt(left), letter);
            }
        }
        return letters;
    }

    @Override
    public int width(String text, int size) {
        return text.codePointCount(0, text.length()) * (COLUMNS + 1) * square(size);
    }

    @Override
    public void draw(Graphics2D graphics, String text, int x, int baseline, int size, Color colour) {
        graphics.setColor(colour);
        int square = square(size);
        int left = x;
        for (int c : text.codePoints().toArray()) {
            boolean[][] letter = LETTERS.getOrDefault(c, LETTERS.get(UNKNOWN));
            for (int row = 0; row < ROWS; row++) {
                for (int column = 0; column < COLUMNS; column++) {
                    if (letter[row][column]) {
                        graphics.fillRect(left + column * square, baseline + (row - ABOVE) * square, square, square);
                    }
                }
            }
            left += (COLUMNS + 1) * square;
        }
    }

    /** Pixels of a square's side. */
    private static int square(int size) {
        return Math.max(1, Math.round(size / 10f));
    }
}
