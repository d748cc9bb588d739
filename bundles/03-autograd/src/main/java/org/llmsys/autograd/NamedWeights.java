package org.llmsys.autograd;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;

/**
 * The weights of a small network that is put together by hand: in tests, in examples, when trying a layer out.
 *
 * <pre>
 *   get(name) in scope "h" is the variable called "h.name"
 * </pre>
 *
 * <p>Errors: a {@link Problem} with the whole name for a weight that is missing, a {@link ShapeException} with the name and both shapes
 * for one of another shape.
 *
 * <pre>{@code
 * Parameters weights = NamedWeights.of(Variable.parameter("fc.weight", Tensor.of(Shape.of(2, 1), 3, -2)));
 * weights.scope("fc").get("weight", 2, 1);
 * }</pre>
 *
 * @param prefix what this scope puts before every name: empty, or ends with a dot
 * @param all    the variables by their whole names
 */
public record NamedWeights(String prefix, Map<String, Variable> all) implements Parameters {

    /** Weights under the names the variables have, all different. */
    public static NamedWeights of(Variable... weights) {
        Map<String, Variable> all = new LinkedHashMap<>();
        for (Variable weight : weights) {
            if (all.put(weight.name(), weight) != null) {
                throw Problem.misused("two weights are called " + weight.name(), "layers find their weights by name", "give each a name of its own");
            }
        }
        return new NamedWeights("", Collections.unmodifiableMap(all));
    }

    @Override
    public Variable get(String name, long... extents) {
        Variable found = find(name, extents);
        if (found == null) {
            throw Problem.failed("there is no weight " + prefix + name, "a layer asks for one of shape " + Shape.of(extents) + "; there are " + all.keySet(),
                    "give a variable of this name");
        }
        return found;
    }

    @Override
    public Variable find(String name, long... extents) {
        Variable found = all.get(prefix + name);
        if (found != null && !found.shape().equals(Shape.of(extents))) {
            throw new ShapeException(prefix + name, found.shape(), Shape.of(extents), "the weight has the first shape, its layer asks for the second");
        }
        return found;
    }

    @Override
    public NamedWeights scope(String scope) {
        return new NamedWeights(prefix + scope + ".", all);
    }
}
