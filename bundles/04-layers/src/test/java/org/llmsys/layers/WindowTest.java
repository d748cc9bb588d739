package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Problem;

class WindowTest {

    @ParameterizedTest(name = "{0} elements, kernel {1}, stride {2}, dilation {3}, padding {4} and {5}: {6}, rounded up {7}")
    @DisplayName("output = (input + padding - (dilation (kernel - 1) + 1)) / stride + 1; rounded up, no window begins in the padding behind")
    @CsvSource({"28, 5, 1, 1, 2, 2, 28, 28", "28, 2, 2, 1, 0, 0, 14, 14", "7, 3, 2, 1, 0, 0, 3, 3", "8, 3, 2, 1, 0, 0, 3, 4", "5, 2, 3, 1, 1, 1, 2, 2",
        "6, 2, 3, 1, 1, 1, 3, 3", "9, 3, 1, 2, 0, 0, 5, 5", "0, 3, 1, 1, 2, 1, 1, 1", "4, 1, 3, 1, 0, 0, 2, 2", "1, 1, 1, 1, 0, 0, 1, 1"})
    void outputs(int input, int kernel, int stride, int dilation, int before, int after, int floor, int ceil) {
        Window window = Window.row(kernel).stride(1, stride).dilation(1, dilation).padding(0, before, 0, after);
        assertEquals(floor, SlidingAxis.of("test", window, 1, input).columns().output());
        assertEquals(ceil, SlidingAxis.of("test", window.roundingUp(), 1, input).columns().output());
    }

    @ParameterizedTest(name = "{0} elements, kernel {1}, stride {2}: {3}, with {4} before and {5} after")
    @DisplayName("SAME gives ceil(input / stride) places; the odd one of the padding goes behind, or in front with SAME_LOWER")
    @CsvSource({"5, 3, 2, 3, 1, 1", "6, 3, 2, 3, 0, 1", "7, 4, 1, 7, 1, 2", "10, 1, 3, 4, 0, 0", "0, 3, 1, 0, 1, 1"})
    void same(int input, int kernel, int stride, int output, int less, int more) {
        Window window = Window.row(kernel).stride(1, stride);
        SlidingAxis upper = SlidingAxis.of("test", window.padding(Padding.named("SAME_UPPER")), 1, input).columns();
        SlidingAxis lower = SlidingAxis.of("test", window.padding(Padding.named("SAME_LOWER")), 1, input).columns();
        assertEquals(new SlidingAxis(window.width(), input, less, more, output), upper);
        assertEquals(new SlidingAxis(window.width(), input, more, less, output), lower);
        assertEquals(0, SlidingAxis.of("test", window.padding(Padding.named("VALID")), 1, input + kernel).columns().before());
    }

    @ParameterizedTest(name = "kernel {0}, stride {1}, dilation {2}, padding {3}")
    @DisplayName("taps and places that see the input are those whose element is inside, for every place and tap")
    @CsvSource({"3, 1, 1, 1", "5, 2, 1, 2", "3, 1, 4, 6", "2, 3, 1, 0", "1, 1, 1, 3", "3, 2, 3, 7"})
    void taps(int kernel, int stride, int dilation, int padding) {
        SlidingAxis axis = SlidingAxis.of("test", Window.row(kernel).stride(1, stride).dilation(1, dilation).padding(0, padding, 0, padding), 1, 7).columns();
        for (int place = 0; place < axis.output(); place++) {
            int within = 0;
            for (int tap = 0; tap < kernel; tap++) {
                boolean inside = axis.inside(axis.element(place, tap));
                assertEquals(inside, tap >= axis.firstTap(place) && tap < axis.endTap(place), "tap " + tap + " of place " + place);
                assertEquals(inside, place >= axis.firstPlace(tap) && place < axis.endPlace(tap), "place " + place + " of tap " + tap);
                within += axis.element(place, tap) < axis.input() + padding ? 1 : 0;
            }
            assertEquals(within, axis.tapsWithinPadding(place));
        }
    }

    @Test
    @DisplayName("a window larger than the padded input is refused with both extents, and so is one with more places than an array holds")
    void tooLarge() {
        Problem p = assertThrows(Problem.class, () -> SlidingAxis.of("conv2d c", Window.of(3, 5).dilation(2).padding(1), 4, 6));
        assertEquals("conv2d c: columns 6 are too few for a window of 9", p.getMessage());
        assertTrue(p.why().contains("there are 8"), p.why());
        int most = Integer.MAX_VALUE;
        assertThrows(Problem.class, () -> SlidingAxis.of("conv2d c", Window.of(1, 1).padding(0, most, 0, most), 1, 1));
        assertThrows(Problem.class, () -> SlidingAxis.of("conv2d c", Window.of(1, 1).padding(most / 4, most / 4, most / 4, most / 4), 1, 1));
    }

    @ParameterizedTest
    @DisplayName("kernels, strides and dilations below 1, negative padding, unknown rules and windows of rows along a sequence are refused")
    @ValueSource(ints = {0, -1})
    void refuses(int below) {
        assertThrows(Problem.class, () -> Window.of(below, 1));
        assertThrows(Problem.class, () -> Window.of(1, 1).stride(below));
        assertThrows(Problem.class, () -> Window.of(1, 1).dilation(below));
        assertThrows(Problem.class, () -> Window.of(1, 1).padding(below - 1));
        assertThrows(Problem.class, () -> Padding.named("same"));
        assertThrows(Problem.class, () -> Window.of(2, 1).requireRow("conv1d c"));
        assertFalse(Window.of(2, 1).isRow());
    }
}
