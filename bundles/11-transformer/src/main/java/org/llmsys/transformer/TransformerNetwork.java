package org.llmsys.transformer;

import org.llmsys.attention.KvCache;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.osgi.annotation.versioning.ProviderType;

/** A model's layers, arranged over its weights by the providers of one assembly: what a step computes with. */
@ProviderType
public interface TransformerNetwork {

    /**
     * @param ids       the ids of the sequences, one behind the other
     * @param sequences which of them belong together; rows written to a cache count after {@link KvCache#commit}
     * @param lastOnly  logits of each sequence's last position that is no padding: shape (B,1,V), with caches (1,sequences,V)
     * @param pass      with a tape, the weights' gradients can be asked for afterwards; a pass that learns has no cache
     * @return logits, shape (B,T,V), with caches (1,N,V)
     * @throws org.llmsys.assembly.Problem for an id outside the vocabulary, or more positions than the context holds
     * @throws org.llmsys.tensor.ShapeException when the ids are not those sequences
     */
    Variable forward(int[] ids, Sequences sequences, boolean lastOnly, Pass pass);

    /**
     * The same for a batch of new sequences, or for one with a cache.
     *
     * @param ids   B*T token ids, row by row
     * @param batch B, 1 with a cache
     * @param cache keys and values of the positions before; null to start at 0
     */
    default Variable forward(int[] ids, int batch, KvCache cache, boolean lastOnly, Pass pass) {
        if (cache != null && batch != 1) {
            throw new ShapeException("transformer", Shape.of(ids.length), "a cache holds one sequence, not " + batch);
        }
        return forward(ids, cache == null ? Sequences.fresh(batch) : Sequences.continued(cache, ids.length), lastOnly, pass);
    }
}
