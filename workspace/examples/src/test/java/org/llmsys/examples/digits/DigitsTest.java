package org.llmsys.examples.digits;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;
import org.llmsys.examples.ExampleOptions;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

class DigitsTest {

    @TempDir
    Path folder;
    private Path images;
    private Path labels;

    @BeforeEach
    void write() throws IOException {
        SegmentDigits.write(folder, 50, 1);
        images = folder.resolve("images.idx");
        labels = folder.resolve("labels.idx");
    }

    private static void refused(String why, Path images, Path labels) {
        Problem problem = assertThrows(Problem.class, () -> Digits.read(images, labels));
        assertTrue(problem.why().contains(why), problem.text());
    }

    @Test
    @DisplayName("pictures come as (N,1,H,W), brightnesses from 0 to 1, in the order asked for")
    void pictures() throws IOException {
        byte[] pixels = new byte[2 * 256];
        pixels[0] = (byte) 255;                                        // first picture, top left
        pixels[256 + 17] = 51;                                         // second picture, row 1, column 1
        Digits digits = Digits.read(Files.write(images, SegmentDigits.idx(pixels, 2, 16, 16)),
                Files.write(labels, SegmentDigits.idx(new byte[] {7, 9}, 2)));
        Tensor batch = digits.images(1, 0, 1);
        assertEquals(Shape.of(3, 1, 16, 16), batch.shape());
        assertEquals(0.2f, batch.get(0, 0, 1, 1));
        assertEquals(1f, batch.get(1, 0, 0, 0));
        assertEquals(9, digits.labels(1, 0).getLong(0));
        assertEquals(7, digits.labels(1, 0).getLong(1));
    }

    @Test
    @DisplayName("a moved picture is the picture, at most one point away, and zeros come in from outside")
    void moves() {
        Digits digits = Digits.read(images, labels);
        RandomStream moves = RandomStream.at(5);
        boolean[][] seen = new boolean[3][3];
        for (int i = 0; i < 100; i++) {
            Tensor moved = digits.images(moves, 3);
            int hits = 0;
            for (int dy = -1; dy <= 1; dy++) {
                for (int dx = -1; dx <= 1; dx++) {
                    boolean same = true;
                    for (int y = 0; y < 16; y++) {
                        for (int x = 0; x < 16; x++) {
                            same &= moved.get(0, 0, y, x) == digits.brightness(3, y + dy, x + dx);
                        }
                    }
                    seen[dy + 1][dx + 1] |= same;
                    hits += same ? 1 : 0;
                }
            }
            assertEquals(1, hits);
        }
        for (boolean[] row : seen) {
            assertArrayEquals(new boolean[] {true, true, true}, row);
        }
    }

    @Test
    @DisplayName("some classes only: pictures and labels stay together")
    void only() {
        Digits digits = Digits.read(images, labels);
        Digits threes = digits.only(label -> label == 3);
        int at = 0;
        for (int i = 0; i < digits.count(); i++) {
            if (digits.labels()[i] == 3) {
                assertEquals(3, threes.labels()[at]);
                assertEquals(digits.brightness(i, 4, 4), threes.brightness(at++, 4, 4));
            }
        }
        assertEquals(at, threes.count());
        assertTrue(at > 0);
    }

    @Test
    @DisplayName("the first two of each: at most 20, two of every label that has so many, the earliest ones")
    void firstOfEach() {
        Digits digits = Digits.read(images, labels);
        Digits two = digits.first(2);
        assertEquals(digits.labels()[0], two.labels()[0]);
        for (int label = 0; label < 10; label++) {
            int wanted = label;
            assertEquals(Math.min(2, digits.only(l -> l == wanted).count()), two.only(l -> l == wanted).count());
        }
    }

    @Test
    @DisplayName("a split without digits of a kind says so")
    void missingKind() {
        DigitSplit split = DigitSplit.of(ExampleOptions.of("images", images, "labels", labels));
        assertTrue(assertThrows(Problem.class, () -> split.only(label -> label > 9)).why().contains("45"));
    }

    @Test
    @DisplayName("without test files the last tenth is kept for the test; with them all is learned from")
    void split() {
        Digits all = Digits.read(images, labels);
        DigitSplit split = DigitSplit.of(ExampleOptions.of("images", images, "labels", labels));
        assertEquals(45, split.learned().count());
        assertEquals(5, split.tested().count());
        assertEquals(all.labels()[45], split.tested().labels()[0]);
        assertEquals(all.brightness(49, 6, 6), split.tested().brightness(4, 6, 6));
        DigitSplit given = DigitSplit.of(ExampleOptions.of("images", images, "labels", labels, "test-images", images, "test-labels", labels));
        assertEquals(50, given.learned().count());
        assertEquals(50, given.tested().count());
    }

    @Test
    @DisplayName("files that are exchanged, of two sets, of other numbers, or too few get one clear error")
    void refused() throws IOException {
        refused("unsigned bytes along 3", labels, images);
        Path fewer = Files.write(folder.resolve("fewer.idx"), SegmentDigits.idx(new byte[49], 49));
        refused("50 pictures", images, fewer);
        byte[] eleven = new byte[50];
        eleven[7] = 10;
        refused("label 7 is 10", images, Files.write(folder.resolve("eleven.idx"), SegmentDigits.idx(eleven, 50)));
        Path small = Files.write(folder.resolve("small.idx"), SegmentDigits.idx(new byte[50 * 15 * 16], 50, 15, 16));
        refused("15 x 16", small, labels);
        Path none = Files.write(folder.resolve("none.idx"), SegmentDigits.idx(new byte[0], 0, 16, 16));
        Path noLabels = Files.write(folder.resolve("no-labels.idx"), SegmentDigits.idx(new byte[0], 0));
        assertThrows(Problem.class, () -> DigitSplit.of(ExampleOptions.of("images", none, "labels", noLabels)));
        assertThrows(Problem.class, () -> DigitSplit.of(ExampleOptions.of("labels", labels)));
    }
}
