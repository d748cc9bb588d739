package org.llmsys.embedding.internal;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.embedding.EmbeddingLookup;
import org.llmsys.tensor.Elements;
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
        Elements rows = table.elements();
        Elements vectors = x.elements();
        for (int n = 0; n < ids.length; n++) {
            for (int c = 0; c < width; c++) {
                vectors.set(n * width + c, rows.get(ids[n] * width + c));
            }
        }
    }

    @Override
    public void backward(int[] ids, Tensor gradX, Tensor gradTable) {
        int width = requireFit(ids, gradTable, gradX);
        Elements gradVectors = gradX.elements();
        Elements gradRows = gradTable.elements();
        for (int n = 0; n < ids.length; n++) {
            for (int c = 0; c < width; c++) {
                gradRows.add(ids[n] * width + c, gradVectors.get(n * width + c));
            }
        }
    }

    private static int requireFit(int[] ids, Tensor table, Tensor x) {
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
        return table.shape().intExtent(1);
    }
}
