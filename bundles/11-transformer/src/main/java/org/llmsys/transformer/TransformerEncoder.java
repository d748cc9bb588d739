package org.llmsys.transformer;

import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A stack whose tokens see each other in both directions: it reads, and gives every token a vector that knows its surroundings.
 *
 * <pre>{@code
 * Variable states = encoder.forward(ids, null, Sequences.padded(7, 3), pass);      // ids of 2 rows of 7: (2,7,C)
 * }</pre>
 */
@ProviderType
public interface TransformerEncoder {

    /**
     * @param ids       B·T token ids, row by row; what stands in the padding must be an id, and does not matter
     * @param types     of each token, 0 to tokenTypes - 1; null when all are of type 0, or the model knows none
     * @param sequences how much of each row is no padding
     * @return the last block's output, shape (B,T,C); rows of padding mean nothing
     * @throws org.llmsys.assembly.Problem for an id or type that the model does not have, or more tokens than its context holds
     */
    Variable forward(int[] ids, int[] types, Sequences.Fresh sequences, Pass pass);
}
