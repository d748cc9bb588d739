package org.llmsys.sampling;

import java.util.function.DoubleSupplier;

import org.llmsys.assembly.Slot;
import org.osgi.annotation.versioning.ConsumerType;

/** Picks the next token. Stateless and thread-safe. */
@Slot(value = "sampler", finite = false)
@ConsumerType
public interface Sampler {

    /**
     * @param logits shape (V), filtered: a token that may not be picked has negative infinity, at least one may; read only
     * @param draws  uniform random numbers in [0, 1), functions of the sequence's seed and position
     * @return an id from 0 to V-1 whose logit is not negative infinity
     */
    int pick(float[] logits, DoubleSupplier draws);
}
