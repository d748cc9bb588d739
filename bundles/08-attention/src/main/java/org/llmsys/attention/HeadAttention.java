package org.llmsys.attention;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Tensor;

/**
 * What every attention sublayer does between its projections: queries look at keys, and each head's find goes to its place in a row.
 *
 * <pre>
 *   q (B,NH,T,HS), k and v (B,NKV,S,HS)  to  z (B,T,NH·HS)
 * </pre>
 */
final class HeadAttention {

    private final ScoreBias bias;
    private final Need<AttentionKernel> kernel;
    private final String z;
    private final ShownScores scores;

    /** @param place the sublayer's name in traces, for example {@code blocks.0.attn} */
    HeadAttention(ScoreBias bias, String place, Needs needs) {
        this.bias = bias;
        this.kernel = needs.add(AttentionKernel.class, AttentionKernel.ALGORITHM);
        this.z = place + ".hook_z";
        this.scores = new ShownScores(place);
    }

    /** All of it is here: forward, and the way back. */
    Variable attend(Heads q, Heads k, Heads v, AttentionMask mask, Pass pass) {
        long batch = q.value().shape().extent(0);
        long sequence = q.value().shape().extent(2);
        Tensor y = pass.blank(batch, sequence, (long) q.count() * q.headDim());          // (B,T,C)
        Tensor out = heads(y, q);                                                        // (B,NH,T,HS)
        Tensor logSumExp = pass.tape().recording() ? pass.blank(batch, q.count(), sequence) : null;
        pass.step().get(kernel).forward(q.value(), k.value(), v.value(), mask, bias, out, logSumExp);
        scores.show(q.value(), k.value(), mask, bias, pass);
        Variable found = pass.tape().record("attention", y, (gradY, gradients) -> {
            if (q.wanted(gradients) || k.wanted(gradients) || v.wanted(gradients)) {
                pass.step().get(kernel).backward(q.value(), k.value(), v.value(), mask, bias, out, logSumExp, heads(gradY, q),
                        q.gradient(gradients, pass), k.gradient(gradients, pass), v.gradient(gradients, pass));
            }
        }, q.row(), k.row(), q.variable(), k.variable(), v.variable());
        return shown(found, q, pass);
    }

    /** Over a cache, causal and without a way back, into rows (1,T,C) that are there. */
    void attend(Heads q, CachedRows rows, Tensor y, Pass pass) {
        pass.step().get(kernel).forward(q.value(), rows, bias, heads(y, q));
        if (Hooks.of(pass) != null) {
            scores.show(q.value(), rows.allKeys(), AttentionMask.CAUSAL, bias, pass);
        }
    }

    /** What the heads found, (B,T,C), shown head by head. */
    Variable shown(Variable found, int headDim, Pass pass) {
        Hooks hooks = Hooks.of(pass);
        if (hooks == null || !hooks.wants(z)) {
            return found;
        }
        long[] row = found.shape().extents();
        Variable before = Views.reshape(found, pass, row[0], row[1], row[2] / headDim, headDim);                       // (B,T,NH,HS)
        Variable after = Hooks.visit(hooks, z, before, pass);
        return after == before ? found : Views.reshape(after, pass, row);
    }

    private Variable shown(Variable found, Heads q, Pass pass) {
        return shown(found, q.headDim(), pass);
    }

    /** (B,T,C) seen as (B,NH,T,HS). */
    private static Tensor heads(Tensor y, Heads q) {
        return y.reshape(y.shape().extent(0), y.shape().extent(1), q.count(), q.headDim()).transpose(1, 2);
    }
}
