package org.llmsys.vector.training;

import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import java.util.List;

import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.training.Optimizer.Rule;
import org.llmsys.training.OptimizerSettings;
import org.llmsys.vector.arithmetic.Chunks;

import jdk.incubator.vector.FloatVector;

/**
 * The loop of Adam and AdamW: weight, gradient and both means are read and written once.
 *
 * <pre>
 *   g = g + coupled w
 *   m = β1 m + (1 - β1) g          v = β2 v + (1 - β2) g²
 *   w = keep w - rate m / (sqrt(v) / root + ε)
 * </pre>
 *
 * <p>Every operation is rounded to F32 once, in registers and in the tail alike.
 *
 * @param fresh1  1 - β1
 * @param fresh2  1 - β2
 * @param coupled decay through the gradient
 * @param keep    what decay apart from the gradient leaves
 * @param rate    η / (1 - β1ᵗ), which corrects a mean that started at 0
 * @param root    sqrt(1 - β2ᵗ), which corrects the other
 */
record AdamLoop(float beta1, float beta2, float fresh1, float fresh2, float coupled, float keep, float rate, float root, float eps) {

    private static final int LANES = SPECIES.length();

    /** The names of the means. */
    static final List<String> MEMORY = List.of("m", "v");

    static AdamLoop of(Rule rule, double coupled, double keep) {
        OptimizerSettings of = rule.settings();
        return new AdamLoop((float) of.beta1(), (float) of.beta2(), (float) (1 - of.beta1()), (float) (1 - of.beta2()), (float) coupled, (float) keep,
                (float) (rule.learningRate() / rule.filled(of.beta1())), (float) Math.sqrt(rule.filled(of.beta2())), (float) of.eps());
    }

    /** Over all elements. @param memory m, v */
    void run(WorkerPool pool, Tensor weight, Tensor gradient, List<Tensor> memory) {
        Tensor m = memory.get(0);
        Tensor v = memory.get(1);
        Chunks.run(pool, Math.toIntExact(weight.size()), Chunks.ELEMENTS, (from, to) -> update(
                weight.floats(), weight.floatOffset() + from, gradient.floats(), gradient.floatOffset() + from,
                m.floats(), m.floatOffset() + from, v.floats(), v.floatOffset() + from, to - from));
    }

    private void update(float[] w, int atW, float[] g, int atG, float[] m, int atM, float[] v, int atV, int size) {
        int i = 0;
        for (; i <= size - LANES; i += LANES) {
            FloatVector wi = FloatVector.fromArray(SPECIES, w, atW + i);
            FloatVector gi = wi.mul(coupled).add(FloatVector.fromArray(SPECIES, g, atG + i));
            FloatVector mi = FloatVector.fromArray(SPECIES, m, atM + i).mul(beta1).add(gi.mul(fresh1));
            FloatVector vi = FloatVector.fromArray(SPECIES, v, atV + i).mul(beta2).add(gi.mul(fresh2).mul(gi));
            mi.intoArray(m, atM + i);
            vi.intoArray(v, atV + i);
            wi.mul(keep).sub(mi.mul(rate).div(vi.sqrt().div(root).add(eps))).intoArray(w, atW + i);
        }
        for (; i < size; i++) {
            float wi = w[atW + i];
            float gi = wi * coupled + g[atG + i];
            float mi = beta1 * m[atM + i] + fresh1 * gi;
            float vi = beta2 * v[atV + i] + fresh2 * gi * gi;
            m[atM + i] = mi;
            v[atV + i] = vi;
            w[atW + i] = keep * wi - rate * mi / ((float) Math.sqrt(vi) / root + eps);
        }
    }
}
