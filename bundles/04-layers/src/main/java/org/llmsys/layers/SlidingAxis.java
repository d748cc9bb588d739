package org.llmsys.layers;

import org.llmsys.assembly.Problem;

/**
 * A window's axis over an input of known extent: which element each tap of each place looks at.
 *
 * <pre>
 *   element(place, tap) = place * stride - before + tap * dilation          outside from 0 to input - 1 it is padding
 * </pre>
 *
 * @param input  elements of the axis
 * @param before padding at the beginning
 * @param after  padding at the end
 * @param output places of the window
 */
record SlidingAxis(Window.Axis window, int input, int before, int after, int output) {

    /** Rows and columns of one window over one input. */
    record Pair(SlidingAxis rows, SlidingAxis columns) {

        /** Elements of a plane that comes out. */
        int outputs() {
            return rows.output * columns.output;
        }

        /** Elements of a plane that goes in. */
        int inputs() {
            return Math.multiplyExact(rows.input, columns.input);
        }
    }

    /** @throws Problem when the window is larger than the padded input, or has more places than an array holds */
    static Pair of(String operation, Window window, int height, int width) {
        Pair pair = switch (window.padding()) {
            case Padding.Fixed p -> new Pair(
                    fixed(operation + ": rows", window.height(), height, p.top(), p.bottom(), window.ceil()),
                    fixed(operation + ": columns", window.width(), width, p.left(), p.right(), window.ceil()));
            case Padding.Same same -> new Pair(same(operation, window.height(), height, same.oddAtEnd()),
                    same(operation, window.width(), width, same.oddAtEnd()));
        };
        requireCountable(operation, (long) pair.rows.output * pair.columns.output);
        return pair;
    }

    private static void requireCountable(String operation, long elements) {
        if (elements > Integer.MAX_VALUE) {
            throw Problem.failed(operation + ": the window slides over " + elements + " elements",
                    "a Java array holds at most " + Integer.MAX_VALUE, "take less padding, or a larger stride");
        }
    }

    private static SlidingAxis fixed(String what, Window.Axis window, int input, int before, int after, boolean ceil) {
        requireCountable(what, (long) input + before + after);
        long room = (long) input + before + after - window.reach();                  // how far the window can move
        if (room < 0) {
            throw Problem.failed(what + " " + input + " are too few for a window of " + window.reach(),
                    "with padding " + before + " before and " + after + " after there are " + ((long) input + before + after),
                    "take a smaller kernel or dilation, or more padding");
        }
        long output = (ceil ? Math.ceilDiv(room, window.stride()) : room / window.stride()) + 1;
        if (ceil && (output - 1) * window.stride() >= (long) input + before) {
            output--;                                                                // it would begin in the padding behind
        }
        return new SlidingAxis(window, input, before, after, (int) output);
    }

    private static SlidingAxis same(String operation, Window.Axis window, int input, boolean oddAtEnd) {
        int output = Math.ceilDiv(input, window.stride());
        long needed = Math.max(input, (output - 1L) * window.stride() + window.reach());
        requireCountable(operation, needed);
        int padding = (int) needed - input;
        int less = padding / 2;
        return new SlidingAxis(window, input, oddAtEnd ? less : padding - less, oddAtEnd ? padding - less : less, output);
    }

    int taps() {
        return window.kernel();
    }

    /** The element that a tap looks at from a place; outside the input it is padding. */
    int element(int place, int tap) {
        return place * window.stride() - before + tap * window.dilation();
    }

    boolean inside(int element) {
        return element >= 0 && element < input;
    }

    /** The first tap that does not look at the padding before the input from a place, or {@link #endTap} when all do. */
    int firstTap(int place) {
        return Math.min(endTap(place), element(place, 0) >= 0 ? 0 : Math.ceilDiv(-element(place, 0), window.dilation()));
    }

    /** One after the last tap that looks at an element of the input, or at padding before it. */
    int endTap(int place) {
        return tapsBelow(place, input);
    }

    /** Taps that look at the input or its padding, but not beyond: those that an average over padding too counts. */
    int tapsWithinPadding(int place) {
        return tapsBelow(place, input + after);
    }

    private int tapsBelow(int place, int end) {
        return element(place, taps() - 1) < end ? taps() : Math.clamp(Math.ceilDiv(end - element(place, 0), window.dilation()), 0, taps());
    }

    /** The first place from which a tap looks at an element of the input. */
    int firstPlace(int tap) {
        return Math.clamp(Math.ceilDiv(-element(0, tap), window.stride()), 0, endPlace(tap));
    }

    /** One after the last such place. */
    int endPlace(int tap) {
        return Math.clamp(Math.ceilDiv(input - element(0, tap), window.stride()), 0, output);
    }
}
