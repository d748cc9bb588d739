package org.llmsys.position;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Slot;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.osgi.annotation.versioning.ConsumerType;

/** A way to tell tokens apart by their place. Stateless; {@link #build} makes the layer of one model. */
@Slot("position")
@ConsumerType
public interface PositionalEncoding {

    /**
     * Builds the layer over the model's weights.
     *
     * @param parameters where a learned encoding finds its table
     * @param needs      where it declares what it will ask the step for
     */
    PositionalLayer build(PositionSpec spec, Parameters parameters, Needs needs);

    /**
     * @param contextLength number of positions
     * @param embeddingDim  C
     * @param headDim       HS
     * @param theta         base of the angles
     * @param parameterName name of a learned table, for example {@code wpe.weight}
     */
    record PositionSpec(int contextLength, int embeddingDim, int headDim, double theta, String parameterName) {
    }

    /** The encoding of one model. Each entry point has a default that changes nothing: an encoding uses the ones it needs. */
    interface PositionalLayer {

        /** The sum of x and the vectors of positions {@code start, start+1, ...}. Shape (B, T, C). */
        default Variable add(Variable x, int start, Pass pass) {
            return x;
        }

        /** Queries or keys turned by their positions. Shape (B, NH, T, HS). */
        default Variable rotate(Variable heads, int start, Pass pass) {
            return heads;
        }
    }
}
