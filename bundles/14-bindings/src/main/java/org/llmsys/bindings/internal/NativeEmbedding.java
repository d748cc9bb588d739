package org.llmsys.bindings.internal;

import org.llmsys.assembly.Problem;
import org.llmsys.embedding.EmbeddingLookup;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** Rows of a table, by the engine: x[n, :] = table[ids[n], :], gradTable[ids[n], :] += gradX[n, :], n ascending. */
final class NativeEmbedding implements EmbeddingLookup {

    private final CText name;

    NativeEmbedding(CText name) {
        this.name = name;
    }

    @Override
    public void forward(int[] ids, Tensor table, Tensor x) {
        requireFit(ids, table, x);
        Operand rows = Operand.read("embedding lookup", table);
        Operand out = Operand.written("embedding lookup", x);
        forward(name.address(), ids, ids.length, rows.array(), rows.at(), table.shape().extent(0), table.shape().extent(1), out.array(), out.at());
    }

    @Override
    public void backward(int[] ids, Tensor gradX, Tensor gradTable) {
        requireFit(ids, gradTable, gradX);
        Operand arriving = Operand.read("embedding lookup", gradX);
        Operand into = Operand.written("embedding lookup", gradTable);
        backward(name.address(), ids, ids.length, arriving.array(), arriving.at(), into.array(), into.at(), gradTable.shape().extent(0),
                gradTable.shape().extent(1));
    }

    private static void requireFit(int[] ids, Tensor table, Tensor x) {
        if (table.shape().rank() != 2 || !x.shape().equals(Shape.of(ids.length, table.shape().extent(1)))) {
            throw new ShapeException("embedding lookup of " + ids.length + " ids", table.shape(), x.shape(), "a table (V,C) gives vectors (N,C)");
        }
        long vocabSize = table.shape().extent(0);
        for (int n = 0; n < ids.length; n++) {
            if (ids[n] < 0 || ids[n] >= vocabSize) {
                throw Problem.failed("the token id " + ids[n] + " at position " + n + " is not in the embedding table",
                        "the table has rows 0 to " + (vocabSize - 1), "use the tokenizer that belongs to the model");
            }
        }
    }

    private static native void forward(long name, int[] ids, long count, float[] table, long tableAt, long v, long c, float[] x, long xAt);

    private static native void backward(long name, int[] ids, long count, float[] gradX, long gradXAt, float[] gradTable, long gradTableAt, long v,
            long c);
}
