package org.llmsys.transformer;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Slot;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One way to put sublayers together. Stateless; {@link #build} makes one block of one model. Sublayers that other providers build are
 * looked at with a {@link StructureCheck}.
 */
@Slot("block")
@ConsumerType
public interface TransformerBlock {

    /**
     * @param index      number of the block, from 0
     * @param parameters the scope of the block's weights, for example {@code h.0}
     * @param positions  the model's positional layer, for encodings that turn queries and keys
     */
    BlockLayer build(ModelConfig config, int index, Parameters parameters, PositionalLayer positions, Needs needs);

    /** One block of one model. */
    interface BlockLayer {

        /**
         * @param x         shape (B,T,C), or (1,N,C) for sequences with a cache
         * @param sequences which rows belong together
         * @return the shape of x
         */
        Variable forward(Variable x, Sequences sequences, Pass pass);
    }
}
