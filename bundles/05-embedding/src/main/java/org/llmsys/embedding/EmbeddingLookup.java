package org.llmsys.embedding;

import org.llmsys.assembly.Slot;
import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/** Reads rows of a table. Stateless and thread-safe. Table and vectors are contiguous F32 on the heap; the reference takes F64 too. */
@Slot("embedding")
@ConsumerType
public interface EmbeddingLookup {

    /** The algorithm of this slot. */
    String ALGORITHM = "lookup";

    /**
     * x[n, :] = table[ids[n], :].
     *
     * @param ids   N token ids, each from 0 to V-1
     * @param table shape (V, C)
     * @param x     shape (N, C), overwritten
     * @throws org.llmsys.assembly.Problem for an id outside the table, with the id and its position; x is then as it was
     */
    void forward(int[] ids, Tensor table, Tensor x);

    /** gradTable[ids[n], :] += gradX[n, :], n ascending, so equal ids add up in a fixed order. */
    void backward(int[] ids, Tensor gradX, Tensor gradTable);
}
