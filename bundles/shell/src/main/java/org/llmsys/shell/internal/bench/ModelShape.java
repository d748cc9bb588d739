package org.llmsys.shell.internal.bench;

import java.util.Map;
import java.util.TreeMap;

import org.llmsys.assembly.Problem;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelPresets;

/** A shape that the benchmarks of writing measure with. Those that they know are told by their number of layers. */
record ModelShape(String name, ModelConfig config) {

    /** A Llama of 260 thousand weights, one of 15 million, and GPT-2 small with 124 million. */
    private static final Map<Integer, String> NAMES = new TreeMap<>(Map.of(5, "stories260K", 6, "stories15M", 12, "gpt2"));

    /** @throws Problem for another number of layers */
    static ModelShape ofLayers(int layers) {
        String name = NAMES.get(layers);
        if (name == null) {
            throw Problem.misused("there is no shape with " + layers + " layers to measure",
                    "a size begins with the layers, and they say the shape: " + NAMES,
                    "write for example --sizes 6x128");
        }
        return new ModelShape(name, ModelPresets.named(name).withDropout(0));
    }
}
