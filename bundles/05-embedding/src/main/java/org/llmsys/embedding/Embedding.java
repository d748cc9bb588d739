package org.llmsys.embedding;

import java.util.Arrays;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Gives every token id a vector that the model learns: row {@code id} of a table.
 *
 * <pre>
 *   x[n, :] = table[ids[n], :]          dLoss/dtable[ids[n], :] += dLoss/dx[n, :]
 * </pre>
 *
 * <p>Shapes: table (V,C), {@code name.weight}; ids N = product of the leading extents; x (leading..., C).
 *
 * <pre>{@code
 * Embedding tokens = new Embedding("wte", vocabSize, embeddingDim, parameters, needs);
 * Variable x = tokens.forward(ids, pass, batch, sequence);      // (B,T,C)
 * }</pre>
 */
public final class Embedding {

    private final Variable table;
    private final Need<EmbeddingLookup> lookup;

    /**
     * @param vocabSize    V
     * @param embeddingDim C
     * @throws org.llmsys.assembly.Problem when the table is missing or of another shape
     */
    public Embedding(String name, int vocabSize, int embeddingDim, Parameters parameters, Needs needs) {
        this.table = parameters.get(name + ".weight", vocabSize, embeddingDim);
        this.lookup = needs.add(EmbeddingLookup.class, EmbeddingLookup.ALGORITHM);
    }

    /** The table (V,C), for a tied {@link OutputProjection}. */
    public Variable table() {
        return table;
    }

    /**
     * @param ids            N ids, each from 0 to V-1; not kept
     * @param leadingExtents axes of the result before C, for example B, T; none for (N,C)
     * @throws ShapeException when the leading extents do not make N
     */
    public Variable forward(int[] ids, Pass pass, long... leadingExtents) {
        long[] leading = leadingExtents.length == 0 ? new long[] {ids.length} : leadingExtents;
        if (Shape.of(leading).size() != ids.length) {
            throw new ShapeException("embedding", Shape.of(leading), ids.length + " ids were given");
        }
        long[] extents = Arrays.copyOf(leading, leading.length + 1);
        extents[leading.length] = table.shape().extent(1);
        int[] rows = ids.clone();
        Tensor x = pass.zeros(Shape.of(extents));                                          // (leading..., C)
        pass.step().get(lookup).forward(rows, table.value(), twoAxes(x, rows.length));
        return pass.tape().record("embedding", x, (gradX, gradients) -> {
            if (gradients.wanted(table)) {
                pass.step().get(lookup).backward(rows, twoAxes(gradX, rows.length), gradients.into(table));
            }
        }, table);
    }

    private static Tensor twoAxes(Tensor x, int rows) {
        return x.reshape(rows, x.shape().extent(-1));                                      // (N,C)
    }
}
