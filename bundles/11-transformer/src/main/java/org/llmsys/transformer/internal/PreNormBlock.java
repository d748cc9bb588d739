package org.llmsys.transformer.internal;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Provider;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Variable;
import org.llmsys.transformer.TransformerBlock;
import org.osgi.service.component.annotations.Component;

/**
 * The block of GPT-2 and its successors: each sublayer reads a normalized copy and adds what it found to the stream.
 *
 * <pre>
 *   x = x + dropout(attention(norm_1(x)))                 (B,T,C)
 *   x = x + feedforward(norm_2(x))                         (B,T,C)
 * </pre>
 *
 * <p>The stream itself is never normalized inside, so gradients reach the first block unchanged through the additions; that is why
 * deep stacks of it learn without tricks.
 *
 * <p>Weights: {@code ln_1}, {@code attn.c_attn}, {@code attn.c_proj}, {@code ln_2}, {@code mlp.*}.
 *
 * @see <a href="https://arxiv.org/abs/2002.04745">Xiong et al. 2020, On Layer Normalization in the Transformer Architecture</a>
 */
@Component
@Provider(slot = "block", algorithm = "pre-norm", name = "pre-norm", summary = "normalize, compute, add: attention, then feed-forward",
        reference = "https://arxiv.org/abs/2002.04745")
public final class PreNormBlock implements TransformerBlock {

    @Override
    public BlockLayer build(Site site, Needs needs) {
        Sublayers parts = new Sublayers(site, needs);
        Layer beforeAttention = parts.norm("ln_1", "ln1", needs);
        Layer beforeFeedForward = parts.norm("ln_2", "ln2", needs);
        String pre = site.place() + ".hook_resid_pre";
        String mid = site.place() + ".hook_resid_mid";
        String post = site.place() + ".hook_resid_post";

        return (stream, sequences, pass) -> {
            Variable x = Hooks.show(pre, stream, pass);                                                       // (B,T,C)
            x = Hooks.show(mid, parts.add(x, parts.attend(beforeAttention.forward(x, pass), sequences, pass), pass), pass);
            return Hooks.show(post, parts.add(x, parts.feedForward(beforeFeedForward.forward(x, pass), pass), pass), pass);
        };
    }
}
