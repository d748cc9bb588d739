package org.llmsys.bindings.internal;

import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;

/** A shape of any rank as rows of its last axis. */
record RowCount(long rows, long columns) {

    static RowCount of(String operation, Shape shape) {
        if (shape.rank() == 0) {
            throw new ShapeException(operation, shape, "it needs an axis: the last one is a row");
        }
        long rows = 1;
        for (int axis = 0; axis < shape.rank() - 1; axis++) {
            rows *= shape.extent(axis);
        }
        return new RowCount(rows, shape.extent(-1));
    }
}
