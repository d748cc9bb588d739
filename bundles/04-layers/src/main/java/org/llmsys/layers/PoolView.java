package org.llmsys.layers;

/** What a pool's window sees from one place: the taps that look at elements of the input. One object is moved from place to place. */
final class PoolView {

    private final SlidingAxis.Pair axes;
    private int plane;
    private int row;
    private int column;
    private int firstRow;
    private int endRow;
    private int firstColumn;
    private int endColumn;

    PoolView(SlidingAxis.Pair axes) {
        this.axes = axes;
    }

    /** To a row of places of the plane that begins at element {@code plane}. */
    void moveToRow(int plane, int row) {
        this.plane = plane;
        this.row = row;
        firstRow = axes.rows().firstTap(row);
        endRow = axes.rows().endTap(row);
    }

    /** To a place of this row. */
    void moveToColumn(int column) {
        this.column = column;
        firstColumn = axes.columns().firstTap(column);
        endColumn = axes.columns().endTap(column);
    }

    int firstRow() {
        return firstRow;
    }

    /** One after the last. */
    int endRow() {
        return endRow;
    }

    int firstColumn() {
        return firstColumn;
    }

    /** One after the last. */
    int endColumn() {
        return endColumn;
    }

    /** The element under a tap. */
    int element(int rowTap, int columnTap) {
        return plane + axes.rows().element(row, rowTap) * axes.columns().input() + axes.columns().element(column, columnTap);
    }

    /** Elements seen. */
    int count() {
        return (endRow - firstRow) * (endColumn - firstColumn);
    }

    /** Elements seen, and zeros of the padding. */
    int countWithPadding() {
        return axes.rows().tapsWithinPadding(row) * axes.columns().tapsWithinPadding(column);
    }
}
