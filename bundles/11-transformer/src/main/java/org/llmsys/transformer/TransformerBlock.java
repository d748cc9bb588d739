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

    /** Builds the block that belongs there. */
    BlockLayer build(Site site, Needs needs);

    /**
     * Where a block stands.
     *
     * @param config     of its stack
     * @param index      number of the block in the model, from 0: its place in the cache, and for random draws
     * @param place      its name in traces, for example {@code blocks.0}
     * @param parameters the scope of its weights, for example {@code h.0}
     * @param positions  the stack's positional layer, for encodings that turn queries and keys
     */
    record Site(ModelConfig config, int index, String place, Parameters parameters, PositionalLayer positions) {
    }

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
