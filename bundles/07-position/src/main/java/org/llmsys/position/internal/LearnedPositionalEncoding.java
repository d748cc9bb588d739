package org.llmsys.position.internal;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Provider;
import org.llmsys.autograd.Parameters;
import org.llmsys.position.PositionalEncoding;
import org.osgi.service.component.annotations.Component;

/**
 * One learned vector a position.
 *
 * <pre>
 *   y[b, t, :] = x[b, t, :] + w[start + t, :]           w (contextLength, C), a weight like any other
 * </pre>
 *
 * <p>The model finds out by itself what a position means. It knows nothing of positions it has not seen in training.
 *
 * @see <a href="https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf">Radford et al. 2019 (GPT-2)</a>
 */
@Component
@Provider(slot = "position", algorithm = "learned", name = "learned", summary = "one learned vector a position, added", reference = "Gehring et al. 2017; GPT-2")
public final class LearnedPositionalEncoding implements PositionalEncoding {

    @Override
    public PositionalLayer build(PositionSpec spec, Parameters parameters, Needs needs) {
        return new TableAddition("learned", parameters.get(spec.parameterName(), spec.contextLength(), spec.embeddingDim()), needs);
    }
}
