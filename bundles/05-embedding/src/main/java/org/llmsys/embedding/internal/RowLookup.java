package org.llmsys.embedding.internal;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.embedding.EmbeddingLookup;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.osgi.service.component.annotations.Component;

/**
 * Copies the row of each id.
 *
 * <pre>
 *   x[n, :] = table[ids[n], :]
 * </pre>
 *
 * <p>It is the product of a one-hot matrix (N,V) with the table (V,C), without the multiplications by zero.
 */
@Component
@Provider(slot = "embedding", algorithm = EmbeddingLookup.ALGORITHM, name = "lookup", numerics = "copy, add n-ascending",
        summary = "copies a row of the table for each id")
public final class RowLookup implements EmbeddingLookup {

    @Override
    public void forward(int[] ids, Tensor table, Tensor x) {
        int width = requireFit(ids, table, x);
        for (int n = 0; n < ids.length; n++) {
            System.arraycopy(table.floats(), row(ids[n], table, width), x.floats(), x.floatOffset() + n * width, width);
        }
    }

    @Override
    public void backward(int[] ids, Tensor gradX, Tensor gradTable) {
        int width = requireFit(ids, gradTable, gradX);
        float[] from = gradX.floats();
        float[] to = gradTable.floats();
        for (int n = 0; n < ids.length; n++) {
            int f = gradX.floatOffset() + n * width;
            int t = row(ids[n], gradTable, width);
            for (int c = 0; c < width; c++) {
                to[t + c] += from[f + c];
            }
        }
    }

    private static int requireFit(int[] ids, Tensor table, Tensor x) {
        if (table.shape().rank() != 2 || !x.shape().equals(Shape.of(ids.length, table.shape().extent(1)))) {
            throw new ShapeException("embedding lookup of " + ids.length + " ids", table.shape(), x.shape(), "a table (V,C) gives vectors (N,C)");
        }
        return table.shape().intExtent(1);
    }

    private static int row(int id, Tensor table, int width) {
        long vocabSize = table.shape().extent(0);
        if (id < 0 || id >= vocabSize) {
            throw Problem.failed("the token id " + id + " is not in the embedding table", "the table has rows 0 to " + (vocabSize - 1),
                    "use the tokenizer that belongs to the model");
        }
        return table.floatOffset() + id * width;
    }
}
