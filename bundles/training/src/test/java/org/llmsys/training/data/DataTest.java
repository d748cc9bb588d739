package org.llmsys.training.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;
import org.llmsys.training.BatchSource.Batch;

class DataTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("cleaning: line ends, control characters and Unicode forms, each when asked for; twice is once")
    void cleaning() {
        String text = "a\r\nb\rc\u0007\u0000\td e\u0301 \uFB01";
        assertEquals("a\nb\nc\td \u00E9 \uFB01", TextCleaning.DEFAULTS.clean(text));
        assertEquals("a\nb\nc\td \u00E9 fi", new TextCleaning(TextCleaning.Form.NFKC, true, true).clean(text));
        assertEquals(text, new TextCleaning(TextCleaning.Form.NONE, false, false).clean(text));
        assertEquals(TextCleaning.DEFAULTS.clean(text), TextCleaning.DEFAULTS.clean(TextCleaning.DEFAULTS.clean(text)));
    }

    @Test
    @DisplayName("documents: cut at the separator, blank ones dropped; shuffled and split whole, by the seed")
    void documents() {
        assertEquals(List.of("a", "b"), Documents.of("a--b--\n--", "--").texts());
        Documents many = new Documents(IntStream.range(0, 207).mapToObj(Integer::toString).toList());
        assertEquals(many.shuffled(3), many.shuffled(3));
        assertNotEquals(many, many.shuffled(3));
        assertEquals(many.texts().stream().sorted().toList(), many.shuffled(3).texts().stream().sorted().toList());
        Documents.Split split = many.split(0.1, 7);
        assertEquals(207, split.training().texts().size() + split.validation().texts().size());
        assertTrue(split.validation().texts().size() > 5 && split.validation().texts().size() < 50);
        assertEquals(split, many.split(0.1, 7));
        assertEquals(0, many.split(0, 7).validation().texts().size());
        assertThrows(Problem.class, () -> many.split(Double.NaN, 7));
        assertThrows(Problem.class, () -> Documents.of("a", ""));
    }

    @Test
    @DisplayName("a shuffle holds each place once, for awkward sizes and one beyond 32 bits, and differs by the seed")
    void shuffle() {
        for (int n : new int[] {1, 2, 3, 13, 64, 65, 207}) {
            Shuffle shuffle = new Shuffle(n, 5);
            assertArrayEquals(LongStream.range(0, n).toArray(), LongStream.range(0, n).map(shuffle::at).sorted().toArray());
        }
        assertNotEquals(LongStream.range(0, 207).map(new Shuffle(207, 1)::at).boxed().toList(),
                LongStream.range(0, 207).map(new Shuffle(207, 2)::at).boxed().toList());
        assertTrue(new Shuffle(1L << 40, 1).at((1L << 40) - 1) < 1L << 40);
    }

    @Test
    @DisplayName("windows with and without overlap: every target is the id after its input, what fills no window is left out")
    void windows() {
        for (int n : new int[] {3, 13, 207}) {
            for (int stride = 1; stride <= 2; stride++) {
                Windows windows = new Windows(TokenSource.of(IntStream.range(0, n).toArray()), 2, stride);
                assertEquals((n - 3) / stride + 1, windows.count());
                Batch last = windows.batch(windows.count() - 1);
                assertEquals(last.inputs()[0] + 1, last.targets()[0]);
                assertEquals((int) (windows.count() - 1) * stride, last.inputs()[0]);
                int[] seen = new int[n];
                LongStream.range(0, windows.count()).forEach(step -> seen[windows.shuffled(1, 9, step).inputs()[0]]++);
                assertEquals(windows.count(), Arrays.stream(seen).sum());
                assertTrue(Arrays.stream(seen).allMatch(count -> count <= 1));
            }
        }
        assertThrows(Problem.class, () -> new Windows(TokenSource.of(new int[2]), 2, 1));
        assertThrows(Problem.class, () -> new Windows(TokenSource.of(new int[9]), 2, 3));
    }

    @Test
    @DisplayName("shards of two and of four bytes an id give back what was written, for awkward sizes")
    void shards() {
        for (int n : new int[] {0, 1, 13, 207, 65_536, 65_537}) {
            for (int vocabSize : new int[] {65_536, 65_537}) {
                int[] ids = IntStream.range(0, n).map(i -> vocabSize - 1 - i % 1000).toArray();
                Path file = folder.resolve("train.tokens");
                TokenShard.write(file, TokenSource.of(ids), vocabSize);
                try (TokenShard shard = TokenShard.open(file)) {
                    shard.verify();
                    int[] read = new int[n];
                    shard.copy(0, read, 0, n);
                    assertArrayEquals(ids, read);
                    assertEquals(vocabSize == 65_536 ? 2 : 4, shard.width());
                }
            }
        }
        assertThrows(Problem.class, () -> TokenShard.write(folder.resolve("bad"), TokenSource.of(new int[] {5}), 5));
        assertTrue(Files.notExists(folder.resolve("bad")));
    }

    @Test
    @DisplayName("a shard that is cut short, too long, foreign or changed in any byte is refused")
    void damagedShards() throws IOException {
        Path file = folder.resolve("train.tokens");
        TokenShard.write(file, TokenSource.of(new int[] {1, 2, 3}), 10);
        byte[] good = Files.readAllBytes(file);
        for (int length = 0; length <= good.length + 1; length++) {
            if (length != good.length) {
                Files.write(file, Arrays.copyOf(good, length));
                assertThrows(Problem.class, () -> TokenShard.open(file).close(), "length " + length);
            }
        }
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x40;
            Files.write(file, bad);
            assertThrows(Problem.class, () -> {
                try (TokenShard shard = TokenShard.open(file)) {
                    shard.verify();
                }
            }, "byte " + i);
        }
        assertThrows(Problem.class, () -> TokenShard.open(folder.resolve("none")));
    }
}
