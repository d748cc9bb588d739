package org.llmsys.shell.internal.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Problem;

class SizesTest {

    @Test
    @DisplayName("sizes are numbers with x between; one number stands for all")
    void read() {
        List<int[]> sizes = Sizes.read("8x9x10, 512", "MxKxN");
        assertArrayEquals(new int[] {8, 9, 10}, sizes.get(0));
        assertArrayEquals(new int[] {512, 512, 512}, sizes.get(1));
        assertArrayEquals(new int[] {1_000_000}, Sizes.read("1000000", "V").getFirst(), "one number makes no matrix");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "8x", "8x9", "8x9x10x11", "8,", "axbxc", "1000001", "99999999999", "8 9 10", "1000000x1000000x1"})
    @DisplayName("anything else is refused as wrong use, with an example")
    void refused(String text) {
        Problem problem = assertThrows(Problem.class, () -> Sizes.read(text, "MxKxN"));
        assertEquals(Problem.MISUSED, problem.exitStatus());
        assertTrue(problem.getMessage().startsWith("--sizes cannot be"), problem.text());
    }

    @Test
    @DisplayName("numbers of threads are whole numbers in a range, with commas between")
    void numbers() {
        assertEquals(List.of(1, 2), Sizes.numbers("--threads", "1, 2", 1024));
        for (String wrong : List.of("", "0", "1,", "1025", "two", "1.5")) {
            assertThrows(Problem.class, () -> Sizes.numbers("--threads", wrong, 1024), wrong);
        }
    }
}
