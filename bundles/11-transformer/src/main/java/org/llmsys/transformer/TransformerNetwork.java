package org.llmsys.transformer;

import org.llmsys.attention.KvCache;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.osgi.annotation.versioning.ProviderType;

/** A model's layers, arranged over its weights by the providers of one assembly: what a step computes with. */
@ProviderType
public interface TransformerNetwork {

    /**
     * @param ids      B*T token ids, row by row
     * @param batch    B
     * @param cache    keys and values of the positions before, B = 1 then; the rows written count after {@link KvCache#commit}; null to start at 0
     * @param lastOnly logits of the last position only: shape (B,1,V)
     * @param pass     with a tape, the weights' gradients can be asked for afterwards; a pass that learns has no cache
     * @return logits, shape (B,T,V)
     * @throws org.llmsys.assembly.Problem for an id outside the vocabulary, or more positions than the context holds
     * @throws org.llmsys.tensor.ShapeException when the ids are no batch of that many equal rows
     */
    Variable forward(int[] ids, int batch, KvCache cache, boolean lastOnly, Pass pass);
}
