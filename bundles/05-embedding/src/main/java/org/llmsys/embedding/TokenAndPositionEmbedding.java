package org.llmsys.embedding;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Addition;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;

/**
 * What a token is and where it stands, in one vector: a row for the token plus a row for the position.
 *
 * <pre>
 *   x[b, t, :] = tokens[ids[b, t], :] + positions[start + t, :]
 * </pre>
 *
 * <p>Shapes: tokens (V,C), {@code tokenName.weight}; positions (contextLength,C), {@code positionName.weight}; x (B,T,C). Both tables learn.
 * Room 07 has the encodings that can be exchanged; this is the plain first step of GPT-2 in one layer.
 *
 * <p>Example: tokens rows (1, 2), (3, 4), positions rows (10, 20), (30, 40): ids 1, 0 give (13, 24), (31, 42).
 *
 * <pre>{@code
 * TokenAndPositionEmbedding embedding = new TokenAndPositionEmbedding("wte", "wpe", vocabSize, contextLength, embeddingDim, parameters, needs);
 * Variable x = embedding.forward(ids, batch, sequence, 0, pass);      // (B,T,C)
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/1705.03122">Gehring et al. 2017, Convolutional Sequence to Sequence Learning, section 3.1</a>
 */
public final class TokenAndPositionEmbedding {

    private final Embedding tokens;
    private final Embedding positions;
    private final Addition addition;

    /**
     * @param vocabSize     V
     * @param contextLength number of positions
     * @param embeddingDim  C
     * @throws Problem when a table is missing or of another shape
     */
    public TokenAndPositionEmbedding(String tokenName, String positionName, int vocabSize, int contextLength, int embeddingDim,
            Parameters parameters, Needs needs) {
        this.tokens = new Embedding(tokenName, vocabSize, embeddingDim, parameters, needs);
        this.positions = new Embedding(positionName, contextLength, embeddingDim, parameters, needs);
        this.addition = new Addition(needs);
    }

    /** The rows of the tokens, for a tied {@link OutputProjection}. */
    public Embedding tokens() {
        return tokens;
    }

    /**
     * @param ids   B·T ids, sequence after sequence
     * @param start position of the first token of each sequence
     * @return shape (B,T,C)
     * @throws ShapeException when there are not B·T ids
     * @throws Problem        for an id outside the table or a position outside the context
     */
    public Variable forward(int[] ids, int batch, int sequence, int start, Pass pass) {
        if ((long) batch * sequence != ids.length) {
            throw new ShapeException("token and position embedding", Shape.of(batch, sequence), ids.length + " ids were given");
        }
        long contextLength = positions.table().shape().extent(0);
        if (start < 0 || (long) start + sequence > contextLength) {
            throw Problem.failed("positions " + start + " to " + ((long) start + sequence - 1) + " have no vectors",
                    "the table has positions 0 to " + (contextLength - 1), "use a shorter text, or a model with a longer context");
        }
        int[] places = new int[ids.length];
        for (int n = 0; n < places.length; n++) {
            places[n] = start + n % sequence;
        }
        return addition.forward(tokens.forward(ids, pass, batch, sequence), positions.forward(places, pass, batch, sequence), pass);
    }
}
