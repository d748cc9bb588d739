package org.llmsys.transformer.internal;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Provider;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Variable;
import org.llmsys.transformer.TransformerBlock;
import org.osgi.service.component.annotations.Component;

/**
 * The block of the first transformer and of BERT: each sublayer reads the stream, adds what it found, and the sum is normalized.
 *
 * <pre>
 *   x = norm_1(x + dropout(attention(x)))                 (B,T,C)
 *   x = norm_2(x + feedforward(x))                         (B,T,C)
 * </pre>
 *
 * <p>Every block's output has one size, so none is needed after the last; but each norm stands in the way of the gradients, and deep stacks
 * learn only with a slow start of the learning rate.
 *
 * <p>Weights: {@code attn.c_attn}, {@code attn.c_proj}, {@code ln_1} behind attention, {@code mlp.*}, {@code ln_2} behind the feed-forward network.
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017</a>; <a href="https://arxiv.org/abs/1810.04805">Devlin et al. 2018 (BERT)</a>
 */
@Component
@Provider(slot = "block", algorithm = "post-norm", name = "post-norm", summary = "compute, add, normalize: attention, then feed-forward",
        reference = "https://arxiv.org/abs/1706.03762")
public final class PostNormBlock implements TransformerBlock {

    @Override
    public BlockLayer build(Site site, Needs needs) {
        Sublayers parts = new Sublayers(site, needs);
        Layer afterAttention = parts.norm("ln_1", "ln1", needs);
        Layer afterFeedForward = parts.norm("ln_2", "ln2", needs);
        String pre = site.place() + ".hook_resid_pre";
        String mid = site.place() + ".hook_resid_mid";
        String post = site.place() + ".hook_resid_post";
        String normalized = site.place() + ".hook_normalized_resid_post";

        return (stream, sequences, pass) -> {
            Variable x = Hooks.show(pre, stream, pass);                                                       // (B,T,C)
            x = afterAttention.forward(Hooks.show(mid, parts.add(x, parts.attend(x, sequences, pass), pass), pass), pass);
            x = afterFeedForward.forward(Hooks.show(post, parts.add(x, parts.feedForward(x, pass), pass), pass), pass);
            return Hooks.show(normalized, x, pass);
        };
    }
}
