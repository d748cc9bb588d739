package org.llmsys.transformer;

import java.util.LinkedHashMap;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/** A model's weights by name, in the order of the model. The map does not change; the numbers in the tensors do while a model learns. */
public final class ModelWeights implements Parameters {

    private final String prefix;
    private final Map<String, Variable> all;

    /** @param tensors name to value, in model order */
    public ModelWeights(Map<String, Tensor> tensors) {
        this.prefix = "";
        this.all = new LinkedHashMap<>();
        tensors.forEach((name, value) -> all.put(name, Variable.parameter(name, value)));
    }

    private ModelWeights(String prefix, Map<String, Variable> all) {
        this.prefix = prefix;
        this.all = all;
    }

    /** Every weight, in model order. */
    public Map<String, Variable> all() {
        return java.util.Collections.unmodifiableMap(all);
    }

    /** Number of learned numbers. */
    public long parameterCount() {
        return all.values().stream().mapToLong(v -> v.value().size()).sum();
    }

    @Override
    public Variable get(String name, long... extents) {
        Variable found = find(name, extents);
        if (found == null) {
            throw Problem.failed("the model has no weight " + prefix + name, "its configuration asks for one of shape " + Shape.of(extents),
                    "give the weights that belong to this config.json");
        }
        return found;
    }

    @Override
    public Variable find(String name, long... extents) {
        Variable found = all.get(prefix + name);
        if (found != null && !found.shape().equals(Shape.of(extents))) {
            throw Problem.failed("the weight " + prefix + name + " has shape " + found.shape(), "the configuration asks for " + Shape.of(extents),
                    "give the weights that belong to this config.json");
        }
        return found;
    }

    @Override
    public Parameters scope(String scope) {
        return new ModelWeights(prefix + scope + ".", all);
    }
}
