package org.llmsys.layers;

import org.llmsys.tensor.Elements;

/**
 * The trick that makes a convolution a product of matrices: what the window sees from each place, written out as a column.
 *
 * <pre>
 *   patches[(c, i, j), (n, p, q)] = x[n, c, p * stride - top + i * dilation, q * stride - left + j * dilation]        0 in the padding
 *
 *   x (N,C,H,W)  ->  patches (C*kH*kW, N*OH*OW)
 * </pre>
 *
 * <p>A row of patches is one tap of the kernel over all places, so it is copied in runs along the width. Every element of x stands in up
 * to kH*kW places; the way back adds all of these up. The literature calls the two im2col and col2im.
 *
 * @param axes     the window over rows and columns
 * @param channels C, of all groups
 */
record Patches(SlidingAxis.Pair axes, int channels) {

    /** Under one tap (i, j): the places of one image and channel from patch {@code to} on, which look at a plane of x from {@code plane} on. */
    private interface Tap {
        void at(int to, int plane, int i, int j);
    }

    /** Neighbouring places that see the input: patches from {@code to} on show the elements of x from {@code from} on, a stride apart. */
    private interface Run {
        void at(int to, int from, int length);
    }

    /** Elements of one image's patches. */
    long sizePerImage() {
        return Math.multiplyExact((long) rows(), axes.outputs());
    }

    /** Rows: C*kH*kW. */
    int rows() {
        return Math.multiplyExact(channels, Math.multiplyExact(axes.rows().taps(), axes.columns().taps()));
    }

    /** Writes the patches of {@code count} images, the first of them image {@code first} of x. Every element is overwritten. */
    void gather(Elements x, int first, int count, Elements patches) {
        int stride = axes.columns().window().stride();
        Run copy = (to, from, length) -> {
            for (int q = 0; q < length; q++) {
                patches.set(to + q, x.get(from + q * stride));
            }
        };
        forEachTap(first, count, (to, plane, i, j) -> {
            forEachRun(to, plane, i, j, copy);
            clearPadding(patches, to, i, j);
        });
    }

    /** The way back: x += every patch at the place that it was copied from. Patches of the padding become 0. */
    void scatter(Elements patches, Elements x, int first, int count) {
        int stride = axes.columns().window().stride();
        Run add = (to, from, length) -> {
            for (int q = 0; q < length; q++) {
                x.add(from + q * stride, patches.get(to + q));
            }
        };
        forEachTap(first, count, (to, plane, i, j) -> {
            clearPadding(patches, to, i, j);
            forEachRun(to, plane, i, j, add);
        });
    }

    private void forEachTap(int firstImage, int images, Tap tap) {
        int to = 0;
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < axes.rows().taps(); i++) {
                for (int j = 0; j < axes.columns().taps(); j++) {
                    for (int n = 0; n < images; n++) {
                        tap.at(to, ((firstImage + n) * channels + c) * axes.inputs(), i, j);
                        to += axes.outputs();
                    }
                }
            }
        }
    }

    /**
     * A run for each row of places, or one for all rows where rows of places and of x are equally long: then one long run is faster than
     * many short ones. It runs over the padding between two rows, too.
     */
    private void forEachRun(int to, int plane, int i, int j, Run run) {
        SlidingAxis rows = axes.rows();
        SlidingAxis columns = axes.columns();
        int begin = columns.firstPlace(j);
        int length = columns.endPlace(j) - begin;
        int firstRow = rows.firstPlace(i);
        int endRow = rows.endPlace(i);
        if (length <= 0 || firstRow >= endRow) {
            return;
        }
        boolean equallyLong = columns.output() == columns.input() && columns.window().stride() == 1 && rows.window().stride() == 1;
        int runs = equallyLong ? 1 : endRow - firstRow;
        int together = equallyLong ? (endRow - firstRow - 1) * columns.input() + length : length;
        for (int p = firstRow; p < firstRow + runs; p++) {
            run.at(to + p * columns.output() + begin, plane + rows.element(p, i) * columns.input() + columns.element(begin, j), together);
        }
    }

    /** The places that see no element of the input become 0. */
    private void clearPadding(Elements patches, int to, int i, int j) {
        int width = axes.columns().output();
        int begin = axes.columns().firstPlace(j);
        int end = axes.columns().endPlace(j);
        for (int p = 0; p < axes.rows().output(); p++) {
            boolean seen = axes.rows().inside(axes.rows().element(p, i));
            int row = to + p * width;
            clear(patches, row, row + (seen ? begin : width));
            clear(patches, row + end, row + width);
        }
    }

    private static void clear(Elements patches, int from, int end) {
        for (int at = from; at < end; at++) {
            patches.set(at, 0);
        }
    }
}
