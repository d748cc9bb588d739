package org.llmsys.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * A tensor as text: type, shape, and the elements in nested brackets, in columns. A long axis shows its first and last three.
 *
 * <pre>
 *   F32 (2, 3)
 *   [[ 1,  2,  3],
 *    [40, 50, 60]]
 * </pre>
 */
final class TensorPrinter {

    /** An axis longer than twice this is cut in the middle. */
    private static final long EDGE = 3;

    private final Tensor tensor;
    private final NumberColumn column;

    private TensorPrinter(Tensor tensor) {
        this.tensor = tensor;
        List<Long> shown = new ArrayList<>();
        collect(0, tensor.offset(), shown);
        this.column = tensor.dtype().floating() ? NumberColumn.ofReal(shown.stream().mapToDouble(tensor.storage()::getDouble).toArray())
                : NumberColumn.ofWhole(shown.stream().mapToLong(tensor.storage()::getLong).toArray());
    }

    static String print(Tensor t) {
        String head = t.dtype() + " " + t.shape();
        return t.storage().closed() ? head + " of a closed storage" : head + "\n" + new TensorPrinter(t).text(0, t.offset(), "");
    }

    /** Where the elements that are shown stand in the storage. */
    private void collect(int axis, long position, List<Long> positions) {
        if (axis == tensor.shape().rank()) {
            positions.add(position);
            return;
        }
        long extent = tensor.shape().extent(axis);
        for (long i = 0; i < extent; i = next(i, extent)) {
            collect(axis + 1, position + i * tensor.stride(axis), positions);
        }
    }

    private String text(int axis, long position, String indent) {
        Shape shape = tensor.shape();
        if (axis == shape.rank()) {
            Storage storage = tensor.storage();
            return tensor.dtype().floating() ? column.text(storage.getDouble(position)) : column.text(storage.getLong(position));
        }
        int below = shape.rank() - 1 - axis;                           // a line a row, an empty line a matrix, and so on
        StringJoiner parts = new StringJoiner(below > 0 ? "," + "\n".repeat(below) + indent + " " : ", ", "[", "]");
        long extent = shape.extent(axis);
        for (long i = 0; i < extent; i = next(i, extent)) {
            parts.add(text(axis + 1, position + i * tensor.stride(axis), indent + " "));
            if (next(i, extent) > i + 1) {
                parts.add("...");
            }
        }
        return parts.toString();
    }

    /** The index shown after this one. */
    private static long next(long index, long extent) {
        return index == EDGE - 1 && extent > 2 * EDGE ? extent - EDGE : index + 1;
    }
}
