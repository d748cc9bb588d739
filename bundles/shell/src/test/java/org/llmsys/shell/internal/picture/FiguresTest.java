package org.llmsys.shell.internal.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.insight.AttentionHead;

class FiguresTest {

    private static final ColourScale SIGNED = new ColourScale("number", 2, true);

    private static long count(BufferedImage image, int colour) {
        return IntStream.range(0, image.getWidth() * image.getHeight()).filter(at -> (image.getRGB(at % image.getWidth(),
                at / image.getWidth()) & 0xFFFFFF) == colour).count();
    }

    private static MatrixFigure figure(double[][] values, List<String> labels) {
        return new MatrixFigure("title", List.of("below it"), List.of(new MatrixFigure.Panel("", values)), 1, "rows", labels, "columns", labels,
                SIGNED);
    }

    @Test
    @DisplayName("colours are those of every heat map: red for the largest, blue for its opposite, white for 0, in between in proportion")
    void colours() {
        assertEquals(Color.WHITE, HeatColours.at(0));
        assertEquals(Color.RED, HeatColours.at(1));
        assertEquals(Color.RED, HeatColours.at(7));
        assertEquals(Color.BLUE, HeatColours.at(-1));
        assertEquals(new Color(255, 128, 128), HeatColours.at(0.5));
        assertEquals(new Color(191, 191, 255), HeatColours.at(-0.25));
    }

    @Test
    @DisplayName("each number is a rectangle of its colour: 26 by 26 pixels for two rows and columns, grey where there is none")
    void cells() {
        BufferedImage image = figure(new double[][] {{2, 1}, {-2, Double.NaN}}, List.of("a", "b")).draw(new PixelLettering());
        assertEquals(26 * 26, count(image, 0xFF8080), 20);                       // and a column of the scale
        assertEquals(26 * 26, count(image, 0xFF0000), 20);
        assertEquals(26 * 26, count(image, 0x0000FF), 20);
        assertEquals(26 * 26, count(image, 0xF1F1F1));
    }

    @Test
    @DisplayName("a part of a figure has its size, and no colours in the rows that are still to come")
    void part() {
        MatrixFigure figure = figure(new double[][] {{1, 1}, {-1, -1}}, List.of("a", "b"));
        BufferedImage whole = figure.draw();
        BufferedImage part = figure.drawPart(1, List.of("as yet"));
        assertEquals(whole.getWidth(), part.getWidth());
        assertEquals(whole.getHeight(), part.getHeight());
        assertTrue(count(whole, 0x8080FF) > 1000);
        assertTrue(count(part, 0x8080FF) < 20);
        assertEquals(0, count(figure.draw(new PixelLettering()), 0xF1F1F1));
        assertTrue(count(part, 0xF1F1F1) > 1000);
    }

    @Test
    @DisplayName("a figure of 1500 rows has a picture, of 2500 it has none, and a problem says why")
    void bounds() {
        List<String> labels = Collections.nCopies(1500, "x");
        assertTrue(figure(new double[1500][1500], labels).draw().getWidth() > 3000);
        List<String> more = Collections.nCopies(2500, "x");
        assertTrue(assertThrows(Problem.class, () -> figure(new double[2500][2500], more).draw()).text().contains("too large"));
    }

    @Test
    @DisplayName("a text of many tokens goes on in the next line, each on its colour")
    void strip() {
        double[] values = IntStream.range(0, 90).mapToDouble(t -> t == 50 ? 2 : 0).toArray();
        BufferedImage image = new StripFigure("title", List.of(), Collections.nCopies(90, "word"), values, SIGNED).draw(new PixelLettering());
        assertTrue(image.getWidth() <= 832, "width " + image.getWidth());
        BufferedImage one = new StripFigure("title", List.of(), List.of("word"), new double[] {2}, SIGNED).draw(new PixelLettering());
        assertTrue(image.getHeight() > one.getHeight() + 3 * 40, "five lines");
        assertEquals(count(one, 0xFF0000), count(image, 0xFF0000), "one red token");
    }

    @Test
    @DisplayName("a scale goes to the largest size, below zero when a number is, to 1 when all are 0; its numbers have three digits that count")
    void scale() {
        assertEquals(new ColourScale("x", 3, true), ColourScale.upTo("x", new double[] {1, -3}, new double[] {Double.NaN, 2}));
        assertEquals(new ColourScale("x", 1, false), ColourScale.upTo("x", new double[2]));
        assertEquals(List.of("0", "1", "0.05", "12.3", "-0.123", "1240", "1.2e+06", "1.0e-05"), List.of(ColourScale.number(0), ColourScale.number(1),
                ColourScale.number(0.05), ColourScale.number(12.34), ColourScale.number(-0.12345), ColourScale.number(1235),
                        ColourScale.number(1.2e6),
                ColourScale.number(1e-5)));
    }

    @Test
    @DisplayName("shades: a dot, then darker from 1/20, 1/4, 1/2 and 3/4 on; two letters a cell")
    void shades() {
        assertEquals("··", Shades.cell(0.049));
        assertEquals("░▒▓█", "" + Shades.of(0.05) + Shades.of(0.25) + Shades.of(0.5) + Shades.of(0.75));
        assertEquals('█', Shades.of(1));
    }

    @Test
    @DisplayName("a token's label shows blanks, line ends and tabs, no other control character, and no more than 14 letters")
    void labels() {
        assertEquals("·the", TokenLabels.visible(" the"));
        assertEquals("a↵⇥\"\\", TokenLabels.visible("a\n\t\"\\"));
        assertEquals("\\u001b[2J", TokenLabels.visible("\u001b[2J"));
        assertEquals("abcdefghijklm…", TokenLabels.visible("abcdefghijklmnopqrst"));
        assertEquals("abcdefghijklmn", TokenLabels.visible("abcdefghijklmn"));
    }

    @Test
    @DisplayName("a film of attention has a frame a token from the prompt on, of one size, each with a row more")
    void attention() {
        double[][] weights = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
        AttentionFigure figure = new AttentionFigure("tiny", List.of(new AttentionHead(0, 0, weights), new AttentionHead(0, 1, weights)),
                List.of("a", "b", "c", "d"));
        Film film = figure.film(2);
        assertEquals(3, film.count());
        long two = count(film.frame().apply(0), 0xFF0000);
        long three = count(film.frame().apply(1), 0xFF0000);
        long four = count(film.frame().apply(2), 0xFF0000);
        assertTrue(two > 0 && three - two >= 2 * 14 * 14 && four - three >= 2 * 14 * 14, two + ", " + three + ", " + four);
        assertEquals(film.frame().apply(0).getWidth(), film.frame().apply(2).getWidth());
        assertThrows(Problem.class, () -> new AttentionFigure("long", List.of(new AttentionHead(0, 0, new double[600][600])),
                Collections.nCopies(600, "x")).film(1));
    }
}
