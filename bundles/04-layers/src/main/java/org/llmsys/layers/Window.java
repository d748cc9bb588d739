package org.llmsys.layers;

import org.llmsys.assembly.Problem;

/**
 * The window that a convolution or a pool slides over the rows and columns of a picture.
 *
 * <pre>
 *   output = (input + padding - (dilation * (kernel - 1) + 1)) / stride + 1        rounded down, or up with ceil
 * </pre>
 *
 * <p>Rounded up, the last window may reach out of the padded input; it must still begin inside the input or the padding before it, else
 * it is left out.
 *
 * <pre>{@code
 * Window.of(3, 3).padding(1)                  // (N,C,28,28) to (N,C,28,28)
 * Window.of(2, 2).stride(2)                   // (N,C,28,28) to (N,C,14,14)
 * Window.row(5).dilation(2)                   // over (N,C,L): elements 0, 2, 4, 6 and 8
 * }</pre>
 *
 * @param height  along the rows
 * @param width   along the columns
 * @param padding what stands around the input
 * @param ceil    whether a last window that is cut off counts
 */
public record Window(Axis height, Axis width, Padding padding, boolean ceil) {

    /**
     * One axis of a window.
     *
     * @param kernel   elements it looks at
     * @param stride   elements it moves on each time
     * @param dilation distance between the elements it looks at; 1 for neighbours
     */
    public record Axis(int kernel, int stride, int dilation) {

        /** @throws Problem when one is below 1 */
        public Axis {
            if (kernel < 1 || stride < 1 || dilation < 1) {
                throw Problem.misused("a window with kernel " + kernel + ", stride " + stride + " and dilation " + dilation + " is none",
                        "each must be 1 or more", "give whole numbers from 1 on");
            }
        }

        /** Elements from the first it looks at to the last. */
        long reach() {
            return (long) dilation * (kernel - 1) + 1;
        }
    }

    /** Every place, without padding. */
    public static Window of(int kernelHeight, int kernelWidth) {
        return new Window(new Axis(kernelHeight, 1, 1), new Axis(kernelWidth, 1, 1), Padding.VALID, false);
    }

    /** A window one row high, which also slides over sequences (N,C,L). */
    public static Window row(int kernel) {
        return of(1, kernel);
    }

    public Window stride(int rows, int columns) {
        return new Window(new Axis(height.kernel, rows, height.dilation), new Axis(width.kernel, columns, width.dilation), padding, ceil);
    }

    /** The same stride for both axes; of a window one row high, for the columns. */
    public Window stride(int stride) {
        return stride(isRow() ? 1 : stride, stride);
    }

    public Window dilation(int rows, int columns) {
        return new Window(new Axis(height.kernel, height.stride, rows), new Axis(width.kernel, width.stride, columns), padding, ceil);
    }

    /** The same dilation for both axes. */
    public Window dilation(int dilation) {
        return dilation(dilation, dilation);
    }

    public Window padding(Padding rule) {
        return new Window(height, width, rule, ceil);
    }

    public Window padding(int top, int left, int bottom, int right) {
        return padding(new Padding.Fixed(top, left, bottom, right));
    }

    /** The same padding on all four sides; of a window one row high, on the left and on the right. */
    public Window padding(int each) {
        return isRow() ? padding(0, each, 0, each) : padding(each, each, each, each);
    }

    /** Counts the last window, too, when it is cut off. */
    public Window roundingUp() {
        return new Window(height, width, padding, true);
    }

    /** @throws Problem when it is more than one row high */
    void requireRow(String operation) {
        if (!isRow()) {
            throw Problem.misused(operation + ": a window of " + height.kernel + " rows does not slide along a sequence",
                    "a sequence (N,C,L) is one row high", "take Window.row");
        }
    }

    /** Whether it is one row high. */
    boolean isRow() {
        return height.kernel == 1;
    }
}
