package org.llmsys.inference.insight;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.llmsys.assembly.Candidate;
import org.llmsys.tensor.Tensor;

/**
 * What one forward pass showed of itself.
 *
 * @param model      the model's name
 * @param ids        what was read, T ids
 * @param tokens     their texts; empty when the model has no tokenizer
 * @param places     place to value, in the order of the computation; {@code logits} (1,T,V) comes last
 * @param providers  who computed the step
 * @param recomputed places that the step's own kernels never hold: the reference computed them again from what these kernels read
 */
public record Trace(String model, int[] ids, List<String> tokens, Map<String, Tensor> places, List<Candidate> providers, Set<String> recomputed) {

    /** The place of what a decoder gives back. TransformerLens has no name for it, because it is the result. */
    public static final String LOGITS = "logits";
}
