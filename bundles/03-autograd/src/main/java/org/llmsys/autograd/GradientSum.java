package org.llmsys.autograd;

import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;

/**
 * Gradients added up over several passes: a batch that is too large for memory, taken in parts.
 *
 * <pre>
 *   total = sum over the parts p:  share_p * dLoss_p/dw          share_p = rows of p / rows of all, when each loss is a mean
 * </pre>
 *
 * <p>The memory is this object's, taken once: a pass closes with its gradients, the sum stays. Adding is not undone, so add what a pass
 * found when it went well. Parts are added in the order of the calls. Used by one thread.
 *
 * <pre>{@code
 * try (GradientSum total = new GradientSum(weights, allocator, "train")) {
 *     for (Batch part : parts) {
 *         try (Pass pass = Pass.training(...)) {
 *             total.add(pass.tape().backward(loss(part, pass)), 1.0 / parts.size());
 *             pass.complete();
 *         }
 *     }
 *     GradientClipping.clip(total.all(), 1);          // then the optimizer, then total.clear() for the next step
 * }
 * }</pre>
 */
public final class GradientSum implements AutoCloseable {

    private final Map<Variable, Tensor> totals = new IdentityHashMap<>();
    private final Map<Variable, Boolean> reached = new IdentityHashMap<>();
    private final List<Variable> weights;

    /** @param owner who asks, for the allocator's statistics */
    public GradientSum(Collection<Variable> weights, TensorAllocator allocator, String owner) {
        this.weights = List.copyOf(weights);
        for (Variable weight : this.weights) {
            Storage storage = allocator.allocate(weight.value().dtype(), weight.shape().size(), owner);
            totals.put(weight, Tensor.of(storage, weight.shape()));
        }
    }

    /** Adds {@code share} times the gradients of one pass; those of weights that its loss does not depend on are nothing. */
    public void add(Gradients gradients, double share) {
        for (Variable weight : weights) {
            Tensor gradient = gradients.of(weight);
            if (gradient != null) {
                add(gradient.elements(), share, totals.get(weight).elements(), reached.put(weight, true) == null);
            }
        }
    }

    private static void add(Elements gradient, double share, Elements total, boolean first) {
        for (int i = 0; i < total.size(); i++) {
            double part = share * gradient.get(i);
            if (first) {
                total.set(i, part);
            } else {
                total.add(i, part);
            }
        }
    }

    /** The sum so far, contiguous, to be read or clipped; null when no gradient has reached the weight. */
    public Tensor of(Variable weight) {
        return reached.containsKey(weight) ? totals.get(weight) : null;
    }

    /** {@link #of} for every weight, in the order given. */
    public List<Tensor> all() {
        return weights.stream().map(this::of).toList();
    }

    /** Begins again with nothing. */
    public void clear() {
        reached.clear();
    }

    @Override
    public void close() {
        totals.values().forEach(total -> total.storage().close());
    }
}
