package org.llmsys.embedding;

import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.MatrixProduct;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;

/**
 * From vectors back to the vocabulary: one number, the logit, for every token that might come next.
 *
 * <pre>
 *   logits = x · tableᵀ          logits[v] is the dot product of x with row v: how much x looks like token v
 * </pre>
 *
 * <p>Shapes: x (..., C) contiguous, table (V,C), logits (..., V).
 *
 * <p><b>Weight tying.</b> Over the table of an {@link Embedding} the projection has no weights of its own: the table learns from both
 * ends, and the gradients of both add up in one place.
 *
 * @see <a href="https://arxiv.org/abs/1608.05859">Press, Wolf 2017, Using the Output Embedding to Improve Language Models</a>
 */
public final class OutputProjection implements Layer {

    private final Variable table;
    private final MatrixProduct product;

    /** Tied: reads the embedding's table the other way round. */
    public OutputProjection(Embedding embedding, Needs needs) {
        this(embedding.table(), needs);
    }

    /** Over {@code name.weight}, shape (V,C): a table of its own, or the embedding's when the name is the same. */
    public OutputProjection(String name, int vocabSize, int embeddingDim, Parameters parameters, Needs needs) {
        this(parameters.get(name + ".weight", vocabSize, embeddingDim), needs);
    }

    private OutputProjection(Variable table, Needs needs) {
        this.table = table;
        this.product = new MatrixProduct(needs);
    }

    /** @param x shape (..., C) */
    @Override
    public Variable forward(Variable x, Pass pass) {
        return product.forward(x, table, true, pass);                                      // (..., V)
    }
}
