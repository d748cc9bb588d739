package org.llmsys.position;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Slot;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.osgi.annotation.versioning.ConsumerType;

/** A way to tell tokens apart by their place. Stateless; {@link #build} makes the layer of one model. */
@Slot("position")
@ConsumerType
public interface PositionalEncoding {

    /**
     * Numerics class of rotary encodings whose every element is {@code a cos φ - b sin φ} or {@code a sin φ + b cos φ} in double, two
     * products and their sum each rounded, then rounded to the tensor's type; angle, cosine and sine in double too.
     */
    String TURNED_IN_DOUBLE = "turned-in-double";

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
     * @param pairing       which elements of a head turn together
     * @param scaling       how fast each pair turns
     */
    record PositionSpec(int contextLength, int embeddingDim, int headDim, double theta, String parameterName, RotaryPairing pairing,
            RotaryScaling scaling) {

        /** Neighbouring elements turn together, nothing is stretched. */
        public PositionSpec(int contextLength, int embeddingDim, int headDim, double theta, String parameterName) {
            this(contextLength, embeddingDim, headDim, theta, parameterName, RotaryPairing.INTERLEAVED, RotaryScaling.NONE);
        }

        /** @throws Problem when a head has an odd number of elements, of which one would have no partner to turn with */
        public void requirePairs() {
            if (headDim % 2 != 0) {
                throw Problem.failed("rotary positions cannot turn heads of " + headDim + " elements", "elements turn in pairs",
                        "choose embeddingDim and numHeads so that their quotient is even, or another position");
            }
        }

        /**
         * Radians a position, one number a pair.
         *
         * @throws Problem when the scaling does not fit these heads
         */
        public double[] frequencies() {
            try {
                return scaling.frequencies(headDim, theta);
            } catch (IllegalArgumentException e) {
                throw new Problem("rotary positions cannot turn heads of " + headDim + " elements", e.getMessage(),
                        "use a scaling made for this model",
                        Problem.FAILED, e);
            }
        }

        /**
         * What an encoding that turns heads checks first.
         *
         * @throws ShapeException when they are not (B,NH,T,HS)
         * @throws Problem        when the first position is negative
         */
        public static void requireHeads(String operation, Shape heads, int headDim, int start) {
            if (heads.rank() != 4 || heads.extent(3) != headDim) {
                throw new ShapeException(operation, heads, "it turns (batch, heads, sequence, " + headDim + ")");
            }
            if (start < 0) {
                throw Problem.failed("there is no position " + start, "positions count from 0", "start at 0 or later");
            }
        }
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

        /** What attention adds to its scores by distance, the same in every layer. */
        default ScoreBias scoreBias(int numHeads) {
            return ScoreBias.NONE;
        }
    }
}
