package org.llmsys.autograd;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Predicate;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;

/**
 * The weights of a network by name: of a small one that is put together by hand, or of one that was learned and is used again.
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
 * <p>Transfer learning: take over what was learned, hold the body still, learn a new head.
 *
 * <pre>{@code
 * Predicate<String> body = name -> !name.startsWith("head.");
 * fresh.only(body).copyFrom(learned.only(body));
 * NamedWeights weights = fresh.frozen(body);                     // the body's weights are constants now: they get no gradient
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

    /** The whole names, in order. */
    public List<String> names() {
        return List.copyOf(all.keySet());
    }

    /** The weights whose whole names the predicate takes, in order; the others are not there. */
    public NamedWeights only(Predicate<String> names) {
        return changed((name, weight) -> names.test(name) ? weight : null);
    }

    /** The same tensors, but constant where the predicate takes the whole name: no gradient flows to those, so they do not learn. */
    public NamedWeights frozen(Predicate<String> names) {
        return changed((name, weight) -> names.test(name) ? weight.detach() : weight);
    }

    private NamedWeights changed(BiFunction<String, Variable, Variable> change) {
        Map<String, Variable> changed = new LinkedHashMap<>();
        all.forEach((name, weight) -> {
            Variable now = change.apply(name, weight);
            if (now != null) {
                changed.put(name, now);
            }
        });
        return new NamedWeights(prefix, Collections.unmodifiableMap(changed));
    }

    /**
     * Copies the elements of other weights into these, by whole name, frozen ones too; types are converted.
     *
     * @throws Problem that lists every weight that is missing there, not known here or of another shape; nothing was copied then
     */
    public void copyFrom(NamedWeights source) {
        List<String> faults = new ArrayList<>();
        all.forEach((name, weight) -> {
            Variable given = source.all.get(name);
            if (given == null) {
                faults.add(name + " " + weight.shape() + " is missing");
            } else if (!given.shape().equals(weight.shape())) {
                faults.add(name + " is " + given.shape() + ", not " + weight.shape());
            }
        });
        source.all.forEach((name, given) -> {
            if (!all.containsKey(name)) {
                faults.add(name + " " + given.shape() + " is not known here");
            }
        });
        if (!faults.isEmpty()) {
            throw Problem.failed("the weights do not fit this network", String.join("; ", faults),
                    "give weights of the same names and shapes, or take a part of them with only()");
        }
        all.forEach((name, weight) -> weight.value().copyFrom(source.all.get(name).value()));
    }

    @Override
    public NamedWeights scope(String scope) {
        return new NamedWeights(prefix + scope + ".", all);
    }
}
