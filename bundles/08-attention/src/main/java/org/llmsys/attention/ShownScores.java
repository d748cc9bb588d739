package org.llmsys.attention;

import org.llmsys.attention.internal.ScoreMatrix;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Pass;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Tensor;

/** Scores and pattern of an attention, computed again for whoever wants to see them: no kernel keeps them. Shape (B,NH,T,S). */
final class ShownScores {

    private static final String INSTEAD = "queries, keys, values or hook_z";

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
            Hooks.showOnly(scores, Hooks.recomputed(ScoreMatrix.scores(q, k, mask, bias)), pass, INSTEAD);
        }
        if (hooks.wants(pattern)) {
            Hooks.showOnly(pattern, Hooks.recomputed(ScoreMatrix.pattern(q, k, mask, bias)), pass, INSTEAD);
        }
    }
}
