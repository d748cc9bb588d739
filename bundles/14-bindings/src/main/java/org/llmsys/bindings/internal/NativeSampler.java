package org.llmsys.bindings.internal;

import java.util.function.DoubleSupplier;

import org.llmsys.sampling.Sampler;

/** The next token, picked by the engine. */
final class NativeSampler implements Sampler {

    private final CText algorithm;
    private final CText name;
    private final boolean draws;

    NativeSampler(String what, CText algorithm, CText name) {
        this.algorithm = algorithm;
        this.name = name;
        this.draws = !what.equals("greedy");
    }

    @Override
    public int pick(float[] logits, DoubleSupplier numbers) {
        return pick(algorithm.address(), name.address(), logits, logits.length, draws ? numbers.getAsDouble() : 0);
    }

    private static native int pick(long algorithm, long name, float[] logits, long v, double draw);
}
