package org.llmsys.vector.training;

import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import java.util.List;

import org.llmsys.assembly.Provider;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.training.Optimizer;
import org.llmsys.vector.arithmetic.Chunks;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import jdk.incubator.vector.FloatVector;

/**
 * AdamW, a register at a time: weight, gradient and both means are read and written once.
 *
 * <pre>
 *   m = β1 m + (1 - β1) g          v = β2 v + (1 - β2) g²
 *   w = w - η λ w - η (m / (1 - β1ᵗ)) / (sqrt(v / (1 - β2ᵗ)) + ε)
 * </pre>
 *
 * <p>The operations of the reference in the reference's order, each rounded once: the same weights, bit for bit.
 *
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov, Hutter 2017, Decoupled Weight Decay Regularization</a>
 */
@Component(property = "service.ranking:Integer=50")
@Provider(slot = "optimizer", algorithm = "adamw", name = "adamw-vector", summary = "AdamW in registers, over all threads",
        reference = "https://arxiv.org/abs/1711.05101")
public final class VectorAdamW implements Optimizer {

    private static final int LANES = SPECIES.length();

    private final WorkerPool pool;

    @Activate
    public VectorAdamW(@Reference WorkerPool pool) {
        this.pool = pool;
    }

    @Override
    public List<String> memory() {
        return List.of("m", "v");
    }

    @Override
    public void update(Tensor weight, Tensor gradient, List<Tensor> memory, Rule rule) {
        Tensor m = memory.get(0);
        Tensor v = memory.get(1);
        Coefficients coefficients = Coefficients.of(rule);
        Chunks.run(pool, Math.toIntExact(weight.size()), Chunks.ELEMENTS, (from, to) -> update(
                weight.floats(), weight.floatOffset() + from, gradient.floats(), gradient.floatOffset() + from,
                m.floats(), m.floatOffset() + from, v.floats(), v.floatOffset() + from, to - from, coefficients));
    }

    /** A rule's numbers as the loop uses them; {@code rate} and {@code root} hold the corrections for means that started at 0. */
    private record Coefficients(float beta1, float beta2, float fresh1, float fresh2, float keep, float rate, float root, float eps) {

        static Coefficients of(Rule rule) {
            return new Coefficients((float) rule.beta1(), (float) rule.beta2(), (float) (1 - rule.beta1()), (float) (1 - rule.beta2()),
                    (float) (1 - rule.learningRate() * rule.weightDecay()),
                    (float) (rule.learningRate() / (1 - Math.pow(rule.beta1(), rule.step()))),
                    (float) Math.sqrt(1 - Math.pow(rule.beta2(), rule.step())), (float) rule.eps());
        }
    }

    private static void update(float[] w, int atW, float[] g, int atG, float[] m, int atM, float[] v, int atV, int size, Coefficients c) {
        int i = 0;
        for (; i <= size - LANES; i += LANES) {
            FloatVector gi = FloatVector.fromArray(SPECIES, g, atG + i);
            FloatVector mi = FloatVector.fromArray(SPECIES, m, atM + i).mul(c.beta1).add(gi.mul(c.fresh1));
            FloatVector vi = FloatVector.fromArray(SPECIES, v, atV + i).mul(c.beta2).add(gi.mul(c.fresh2).mul(gi));
            mi.intoArray(m, atM + i);
            vi.intoArray(v, atV + i);
            FloatVector.fromArray(SPECIES, w, atW + i).mul(c.keep).sub(mi.mul(c.rate).div(vi.sqrt().div(c.root).add(c.eps))).intoArray(w, atW + i);
        }
        for (; i < size; i++) {
            float gi = g[atG + i];
            float mi = c.beta1 * m[atM + i] + c.fresh1 * gi;
            float vi = c.beta2 * v[atV + i] + c.fresh2 * gi * gi;
            m[atM + i] = mi;
            v[atV + i] = vi;
            w[atW + i] = c.keep * w[atW + i] - c.rate * mi / ((float) Math.sqrt(vi) / c.root + c.eps);
        }
    }
}
