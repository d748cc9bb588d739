package org.llmsys.examples.digits;

import java.util.stream.IntStream;

import org.llmsys.examples.picture.Picture;

/** A sheet of the digits that a network got wrong: below each what it is (green) and what it was taken for (red). */
final class MistakeSheet {

    private static final int COLUMNS = 12;
    private static final int ZOOM = 2;
    private static final int MARGIN = 6;
    private static final int CAPTION = 16;
    private static final int DOT = 2;

    /** The ten digits in 3 x 5 dots, five rows of three bits each. */
    private static final int[] FONT = {0b111_101_101_101_111, 0b010_110_010_010_111, 0b111_001_111_100_111, 0b111_001_111_001_111,
        0b101_101_111_001_001, 0b111_100_111_001_111, 0b111_100_111_101_111, 0b111_001_001_010_010, 0b111_101_111_101_111, 0b111_101_111_001_111};

    private MistakeSheet() {
    }

    /** All of them, twelve in a row; one empty place when there is none. */
    static Picture of(int[] answers, Digits digits) {
        int[] wrong = IntStream.range(0, answers.length).filter(i -> answers[i] != digits.labels()[i]).toArray();
        int cellWidth = ZOOM * digits.width() + MARGIN;
        int cellHeight = ZOOM * digits.height() + CAPTION + MARGIN;
        int rows = Math.max(1, (wrong.length + COLUMNS - 1) / COLUMNS);
        Picture sheet = new Picture(COLUMNS * cellWidth + MARGIN, rows * cellHeight + MARGIN);
        for (int i = 0; i < wrong.length; i++) {
            int left = MARGIN + i % COLUMNS * cellWidth;
            int top = MARGIN + i / COLUMNS * cellHeight;
            digit(sheet, digits, wrong[i], left, top);
            int below = top + ZOOM * digits.height() + 3;
            number(sheet, digits.labels()[wrong[i]], left + 4, below, Picture.rgb(0.4, 1, 0.4));
            number(sheet, answers[wrong[i]], left + ZOOM * digits.width() - 4 - 3 * DOT, below, Picture.rgb(1, 0.4, 0.4));
        }
        return sheet;
    }

    private static void digit(Picture sheet, Digits digits, int place, int left, int top) {
        for (int y = 0; y < ZOOM * digits.height(); y++) {
            for (int x = 0; x < ZOOM * digits.width(); x++) {
                float brightness = digits.brightness(place, y / ZOOM, x / ZOOM);
                sheet.set(left + x, top + y, Picture.rgb(brightness, brightness, 0.15 + 0.85 * brightness));
            }
        }
    }

    private static void number(Picture sheet, int number, int left, int top, int rgb) {
        for (int y = 0; y < 5 * DOT; y++) {
            for (int x = 0; x < 3 * DOT; x++) {
                int bit = 14 - (y / DOT * 3 + x / DOT);
                if ((FONT[number] >> bit & 1) == 1) {
                    sheet.set(left + x, top + y, rgb);
                }
            }
        }
    }
}
