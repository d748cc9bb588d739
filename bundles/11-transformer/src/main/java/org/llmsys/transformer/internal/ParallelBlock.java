package org.llmsys.transformer.internal;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Provider;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Variable;
import org.llmsys.transformer.TransformerBlock;
import org.osgi.service.component.annotations.Component;

/**
 * The block of GPT-J and PaLM: attention and the feed-forward network read the same normalized stream, and neither waits for the other.
 *
 * <pre>
 *   n = norm_1(x)
 *   x = x + (dropout(attention(n)) + feedforward(n))      (B,T,C)
 * </pre>
 *
 * <p>Weights: {@code ln_1}, {@code attn.c_attn}, {@code attn.c_proj}, {@code mlp.*}; there is no {@code ln_2}.
 *
 * @see <a href="https://arxiv.org/abs/2204.02311">Chowdhery et al. 2022 (PaLM), section 2</a>
 */
@Component
@Provider(slot = "block", algorithm = "parallel", name = "parallel", summary = "normalize once, attention and feed-forward side by side, add both",
        reference = "https://arxiv.org/abs/2204.02311")
public final class ParallelBlock implements TransformerBlock {

    @Override
    public BlockLayer build(Site site, Needs needs) {
        Sublayers parts = new Sublayers(site, needs);
        Layer norm = parts.norm("ln_1", "ln1", needs);
        String pre = site.place() + ".hook_resid_pre";
        String post = site.place() + ".hook_resid_post";

        return (stream, sequences, pass) -> {
            Variable x = Hooks.show(pre, stream, pass);                                                       // (B,T,C)
            Variable normalized = norm.forward(x, pass);
            Variable found = parts.add(parts.attend(normalized, sequences, pass), parts.feedForward(normalized, pass), pass);
            return Hooks.show(post, parts.add(x, found, pass), pass);
        };
    }
}
