package org.llmsys.attention;

import org.llmsys.assembly.Problem;
import org.llmsys.attention.internal.ScoreMatrix;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Tensor;

/** Scores and pattern of an attention, computed again for whoever wants to see them: no kernel keeps them. Shape (B,NH,T,S). */
final class ShownScores {

    private final String scores;
    private final String pattern;

    ShownScores(String place) {
        this.scores = place + ".hook_attn_scores";
        this.pattern = place + ".hook_pattern";
    }

    void show(Tensor q, Tensor k, AttentionMask mask, ScoreBias bias, Pass pass) {
        Hooks hooks = Hooks.of(pass);
        if (hooks == null) {
            return;
        }
        if (hooks.wants(scores)) {
            show(hooks, scores, ScoreMatrix.scores(q, k, mask, bias), pass);
        }
        if (hooks.wants(pattern)) {
            show(hooks, pattern, ScoreMatrix.pattern(q, k, mask, bias), pass);
        }
    }

    private static void show(Hooks hooks, String place, Tensor value, Pass pass) {
        Variable x = Variable.constant("computed again by the reference", value);
        if (Hooks.visit(hooks, place, x, pass) != x) {
            throw Problem.failed("the hook at " + place + " wants to replace what it was shown", "scores and pattern are computed for a look only",
                    "replace queries, keys, values or hook_z");
        }
    }
}
