package org.llmsys.python.internal;

import java.util.function.DoubleSupplier;

import org.llmsys.assembly.Problem;
import org.llmsys.sampling.Sampler;

/**
 * A sampler that is a Python function: the bridge shows it the logits where they lie, without a copy.
 *
 * <pre>
 *   id = function(logits (V), draw)        draw: the first random number of the sequence's seed and position, in [0, 1)
 * </pre>
 */
final class PythonSampler implements Sampler {

    private final String name;
    private final long function;

    /** @param function under which number the bridge knows it */
    PythonSampler(String name, long function) {
        this.name = name;
        this.function = function;
    }

    /** @throws Problem with what the function raised, or gave in place of an id */
    @Override
    public int pick(float[] logits, DoubleSupplier draws) {
        try {
            return call(function, logits, draws.getAsDouble());
        } catch (IllegalStateException said) {
            throw new Problem("sampler " + name + ": " + said.getMessage(), "it is a function of Python, and gave no id",
                    "mend the function, or choose another sampler", Problem.FAILED, said);
        }
    }

    /** The bridge's own; registered when the door opens. */
    private static native int call(long function, float[] logits, double draw);
}
