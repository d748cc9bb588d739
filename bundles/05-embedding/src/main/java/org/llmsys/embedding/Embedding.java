package org.llmsys.embedding;

import java.util.Arrays;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
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
 * <p>Sequences of unequal length are filled up with a padding id. Its row is read like any other, and never learns.
 *
 * <pre>{@code
 * Embedding tokens = new Embedding("wte", vocabSize, embeddingDim, parameters, needs);
 * Variable x = tokens.forward(ids, pass, batch, sequence);      // (B,T,C)
 * }</pre>
 */
public final class Embedding {

    /** As a padding id: there is none. */
    public static final int NO_PADDING = -1;

    private final Variable table;
    private final int paddingId;
    private final Need<EmbeddingLookup> lookup;

    /**
     * @param vocabSize    V
     * @param embeddingDim C
     * @throws org.llmsys.assembly.Problem when the table is missing or of another shape
     */
    public Embedding(String name, int vocabSize, int embeddingDim, Parameters parameters, Needs needs) {
        this(name, vocabSize, embeddingDim, NO_PADDING, parameters, needs);
    }

    /**
     * @param paddingId the id whose row gets no gradient, or {@link #NO_PADDING}
     * @throws org.llmsys.assembly.Problem when the table is missing or of another shape, or the padding id is not one of its rows
     */
    public Embedding(String name, int vocabSize, int embeddingDim, int paddingId, Parameters parameters, Needs needs) {
        if (paddingId < NO_PADDING || paddingId >= vocabSize) {
            throw Problem.misused(name + " cannot pad with id " + paddingId, "the table has rows 0 to " + (vocabSize - 1), "give one of them, or NO_PADDING");
        }
        this.paddingId = paddingId;
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
        Tensor x = pass.blank(Shape.of(extents));                                          // (leading..., C)
        if (table.value().isContiguous()) {
            pass.step().get(lookup).forward(rows, table.value(), twoAxes(x, rows.length));
        } else {
            copyRows(rows, twoAxes(x, rows.length));
        }
        return pass.tape().record("embedding", x, (gradX, gradients) -> {
            if (gradients.wanted(table)) {
                backward(pass.step().get(lookup), rows, twoAxes(gradX, rows.length), gradients.into(table));
            }
        }, table);
    }

    /** From a table that is laid out for the product with it, as a narrow one that is tied to the output. */
    private void copyRows(int[] ids, Tensor x) {
        for (int n = 0; n < ids.length; n++) {
            x.slice(0, n, n + 1).copyFrom(table.value().slice(0, ids[n], ids[n] + 1L));
        }
    }

    /** Run by run of ids between paddings, so that a padding id leaves nothing. */
    private void backward(EmbeddingLookup kernel, int[] ids, Tensor gradX, Tensor gradTable) {
        int from = 0;
        for (int n = 0; n <= ids.length; n++) {
            if (n == ids.length || ids[n] == paddingId) {
                if (from < n) {
                    kernel.backward(Arrays.copyOfRange(ids, from, n), gradX.slice(0, from, n), gradTable);
                }
                from = n + 1;
            }
        }
    }

    private static Tensor twoAxes(Tensor x, int rows) {
        return x.reshape(rows, x.shape().extent(-1));                                      // (N,C)
    }
}
