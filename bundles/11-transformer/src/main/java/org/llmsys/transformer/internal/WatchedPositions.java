package org.llmsys.transformer.internal;

import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.position.ScoreBias;
import org.llmsys.transformer.StructureCheck;

/** A positional layer whose results are looked at: an encoding changes numbers, never shapes. */
final class WatchedPositions implements PositionalLayer {

    private final PositionalLayer layer;
    private final StructureCheck check;

    WatchedPositions(PositionalLayer layer, String algorithm) {
        this.layer = layer;
        this.check = new StructureCheck(PositionalEncoding.class, algorithm);
    }

    @Override
    public Variable add(Variable x, int start, Pass pass) {
        return check.check(x, layer.add(x, start, pass), x.shape(), pass);
    }

    @Override
    public Variable rotate(Variable heads, int start, Pass pass) {
        return check.check(heads, layer.rotate(heads, start, pass), heads.shape(), pass);
    }

    @Override
    public ScoreBias scoreBias(int numHeads) {
        ScoreBias bias = layer.scoreBias(numHeads);
        bias.requireHeads(numHeads);
        return bias;
    }
}
