package org.llmsys.inference.internal;

import java.util.Set;
import java.util.TreeSet;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Problem;
import org.llmsys.sampling.Sampler;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.transformer.TransformerModel;
import org.llmsys.transformer.TransformerNetwork;

/** What a decoding step computes with: the network, and what comes after it. */
record DecodingPlan(TransformerNetwork network, Need<TensorAllocator> allocator, Need<Sampler> sampler) {

    static Blueprint<DecodingPlan> blueprint(TransformerModel model, String samplerAlgorithm) {
        return needs -> new DecodingPlan(model.network(needs), needs.add(TensorAllocator.class, TensorAllocator.ALGORITHM),
                needs.add(Sampler.class, samplerAlgorithm));
    }

    /**
     * The algorithm behind a sampler's name: steps need an algorithm, so that another implementation can take over.
     *
     * @param name what people type; null for the workbench's choice
     * @throws Problem for a name that no sampler has
     */
    static String samplerAlgorithm(String name, Assemblies assemblies) {
        if (name == null) {
            return Need.ANY;
        }
        Set<String> known = new TreeSet<>();
        for (Candidate candidate : assemblies.current().candidates("sampler")) {
            if (candidate.name().equals(name) || candidate.algorithm().equals(name)) {
                return candidate.algorithm();
            }
            known.add(candidate.name());
        }
        if (known.isEmpty()) {
            return name;                                         // none is here now: the first step waits for one
        }
        throw Problem.misused("there is no sampler " + name, "samplers are " + String.join(", ", known), Names.suggestion(name, known));
    }
}
