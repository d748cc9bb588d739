package org.llmsys.layers;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Makes the weights that a network asks for while it is put together, and remembers them.
 *
 * <pre>
 *   by the end of the name     what {@link #with} said last
 *   running_mean, running_var  0 and 1; they are measured, not learned, so no gradient flows to them
 *   ...bias...                 0
 *   one axis                   1: the scale of a norm
 *   more axes                  the initialization that was chosen
 * </pre>
 *
 * <p>What is drawn is a function of the seed and the whole name, not of the order in which layers ask. Asked again for a name, it gives
 * the same variable, so a network may be built again over weights that have learned. A weight that may be missing ({@link #find}) is
 * there, unless {@link #without} left it out. Errors: {@link ShapeException} when a name is asked for again with another shape. Safe for
 * several threads.
 *
 * <pre>{@code
 * FreshWeights weights = new FreshWeights(42);
 * Layer network = new Sequential(List.of(new Linear("hidden", 2, 8, weights, needs), new ActivationLayer("tanh", needs),
 *                                        new Linear("out", 8, 1, weights, needs)));
 * weights.all().keySet();                  // hidden.weight, hidden.bias, out.weight, out.bias
 * }</pre>
 */
public final class FreshWeights implements Parameters {

    private final long seed;
    private final DType dtype;
    private final String prefix;
    private final Initialization weights;
    private final List<Rule> rules;
    private final Map<String, Variable> made;

    /** @param initialization null: leave it out */
    private record Rule(String ending, Initialization initialization) {
    }

    /** F32 weights, drawn as {@link Initialization#kaimingUniform} says. */
    public FreshWeights(long seed) {
        this(seed, Initialization.kaimingUniform());
    }

    /** F32 weights. @param weights fills those of two axes or more */
    public FreshWeights(long seed, Initialization weights) {
        this(seed, weights, DType.F32);
    }

    /** @param dtype F32, or F64 to check gradients */
    public FreshWeights(long seed, Initialization weights, DType dtype) {
        this(seed, dtype, "", weights, List.of(), Collections.synchronizedMap(new LinkedHashMap<>()));
    }

    private FreshWeights(long seed, DType dtype, String prefix, Initialization weights, List<Rule> rules, Map<String, Variable> made) {
        this.seed = seed;
        this.dtype = dtype;
        this.prefix = prefix;
        this.weights = weights;
        this.rules = rules;
        this.made = made;
    }

    /** These weights, where from now on names that end so are filled so: {@code with("wte.weight", Initialization.normal(0.02))}. */
    public FreshWeights with(String ending, Initialization initialization) {
        return ruled(new Rule(ending, initialization));
    }

    /** These weights, where from now on names that end so are missing: {@code without(".bias")}. Only for what layers can do without. */
    public FreshWeights without(String ending) {
        return ruled(new Rule(ending, null));
    }

    private FreshWeights ruled(Rule rule) {
        List<Rule> all = new ArrayList<>(rules);
        all.add(rule);
        return new FreshWeights(seed, dtype, prefix, weights, List.copyOf(all), made);
    }

    @Override
    public Variable get(String name, long... extents) {
        Rule rule = rule(prefix + name);
        return made(prefix + name, rule == null ? null : rule.initialization(), Shape.of(extents));
    }

    @Override
    public Variable find(String name, long... extents) {
        Rule rule = rule(prefix + name);
        return rule != null && rule.initialization() == null ? null : get(name, extents);
    }

    @Override
    public FreshWeights scope(String scope) {
        return new FreshWeights(seed, dtype, prefix + scope + ".", weights, rules, made);
    }

    /** What was made so far, in all scopes, in the order it was first asked for. */
    public Map<String, Variable> all() {
        synchronized (made) {
            return Collections.unmodifiableMap(new LinkedHashMap<>(made));
        }
    }

    /** The same as weights that nothing is added to any more. */
    public NamedWeights named() {
        return new NamedWeights("", all());
    }

    /** @param chosen null: by convention */
    private Variable made(String name, Initialization chosen, Shape shape) {
        Variable weight = made.computeIfAbsent(name, whole -> fresh(whole, chosen == null ? convention(whole, shape) : chosen, shape));
        if (!weight.shape().equals(shape)) {
            throw new ShapeException(name, weight.shape(), shape, "the weight was made with the first shape, a layer asks for the second");
        }
        return weight;
    }

    private Variable fresh(String name, Initialization initialization, Shape shape) {
        Tensor value = Tensor.zeros(dtype, shape);
        initialization.fill(value, RandomStream.at(seed, place(name)));
        boolean measured = name.endsWith("running_mean") || name.endsWith("running_var");
        return new Variable(name, value, !measured);
    }

    /** The rule that was given last and fits, or null. */
    private Rule rule(String name) {
        for (Rule rule : rules.reversed()) {
            if (name.endsWith(rule.ending())) {
                return rule;
            }
        }
        return null;
    }

    private Initialization convention(String name, Shape shape) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        if (last.equals("running_mean") || last.contains("bias")) {
            return Initialization.constant(0);
        }
        return shape.rank() < 2 ? Initialization.constant(1) : weights;
    }

    /** A name as a place for random draws. */
    private static long place(String name) {
        long place = 0;
        for (int i = 0; i < name.length(); i++) {
            place = place * 0x100000001b3L + name.charAt(i);
        }
        return place;
    }
}
