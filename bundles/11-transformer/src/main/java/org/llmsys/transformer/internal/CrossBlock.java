package org.llmsys.transformer.internal;

import java.util.function.UnaryOperator;

import org.llmsys.assembly.Needs;
import org.llmsys.attention.CrossAttention;
import org.llmsys.attention.MultiHeadAttention.AttentionSpec;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.Dropout;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.TransformerBlock.Site;

/**
 * The block of a decoder that looks at an encoder: first at its own past, then at what was read, then it thinks.
 *
 * <pre>
 *   pre-norm     x = x + attention(norm_1(x));    x = x + cross(norm_c(x), memory);    x = x + feedforward(norm_2(x))
 *   post-norm    x = norm_1(x + attention(x));    x = norm_c(x + cross(x, memory));    x = norm_2(x + feedforward(x))       (B,T,C)
 * </pre>
 *
 * <p>Weights: those of the block, {@code ln_cross_attn}, and {@code crossattention.*}.
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017, section 3.1</a>
 */
final class CrossBlock {

    private final boolean normFirst;
    private final Sublayers parts;
    private final CrossAttention cross;
    private final Dropout dropout;
    private final Layer firstNorm;
    private final Layer crossNorm;
    private final Layer lastNorm;
    private final String pre;
    private final String mid;
    private final String crossOut;
    private final String midCross;
    private final String post;

    CrossBlock(Site site, Needs needs) {
        ModelConfig config = site.config();
        this.normFirst = config.block().equals("pre-norm");
        this.parts = new Sublayers(site, needs);
        this.cross = new CrossAttention(new AttentionSpec(config.embeddingDim(), config.numHeads(), config.numKvHeads(), config.headDim(),
                site.index(), false,
                site.place() + ".cross_attn"), config.embeddingDim(), site.parameters().scope("crossattention"), needs);
        this.dropout = new Dropout(config.dropout(), Places.cross(site.index()));
        this.firstNorm = parts.norm("ln_1", "ln1", needs);
        this.crossNorm = parts.norm("ln_cross_attn", "ln2", needs);
        this.lastNorm = parts.norm("ln_2", "ln3", needs);
        this.pre = site.place() + ".hook_resid_pre";
        this.mid = site.place() + ".hook_resid_mid";
        this.crossOut = site.place() + ".hook_cross_attn_out";
        this.midCross = site.place() + ".hook_resid_mid_cross";
        this.post = site.place() + ".hook_resid_post";
    }

    /**
     * @param x      shape (B,T,C)
     * @param memory shape (B,S,C)
     */
    Variable forward(Variable x, Sequences.Fresh targets, Variable memory, Sequences.Fresh sources, Pass pass) {
        Variable y = around(firstNorm, Hooks.show(pre, x, pass), input -> parts.attend(input, targets, pass), pass);
        y = Hooks.show(mid, y, pass);
        y = around(crossNorm, y, input -> Hooks.show(crossOut, dropout.forward(cross.forward(input, memory, sources, pass), pass), pass), pass);
        y = Hooks.show(midCross, y, pass);
        return Hooks.show(post, around(lastNorm, y, input -> parts.feedForward(input, pass), pass), pass);
    }

    private Variable around(Layer norm, Variable x, UnaryOperator<Variable> sublayer, Pass pass) {
        return normFirst ? parts.add(x, sublayer.apply(norm.forward(x, pass)), pass) : norm.forward(parts.add(x, sublayer.apply(x), pass), pass);
    }
}
