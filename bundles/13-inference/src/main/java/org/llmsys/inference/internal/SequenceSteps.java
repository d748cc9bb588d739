package org.llmsys.inference.internal;

import org.llmsys.attention.KvCache;
import org.llmsys.inference.SessionMemory;

/** How the sequences of an engine take their steps: what one engine does in another way than the other. */
interface SequenceSteps {

    /**
     * The steps of one sequence; owns nothing when it fails.
     *
     * @param cache the sequence's, not this one's to close
     */
    TokenSteps open(SequenceRequest request, KvCache cache, TokenChoice choice, String samplerAlgorithm);

    /**
     * Bytes that the steps of such a sequence compute in.
     *
     * @param held ids of its prompt that its cache holds already
     */
    long workspace(SequenceRequest request, int held);

    /** What of a sequence's memory is taken when it is opened, and given back when it is closed. */
    long own(SessionMemory memory);
}
