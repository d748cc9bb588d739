package org.llmsys.training;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;
import org.llmsys.transformer.ModelWeights;

/**
 * What the optimizer remembers of each weight. The run owns it, so the optimizer can be exchanged; in a checkpoint the tensors are called
 * {@code m.<weight>}, {@code v.<weight>}.
 */
public final class OptimizerMemory {

    private final Map<String, List<Tensor>> byWeight = new LinkedHashMap<>();
    private final Map<String, Tensor> byName = new LinkedHashMap<>();

    /** Zeros for every weight. */
    public static OptimizerMemory zeros(List<String> names, ModelWeights weights) {
        return zeros(names, weights.all().values());
    }

    /** Zeros for every weight, under its name. */
    public static OptimizerMemory zeros(List<String> names, Collection<Variable> weights) {
        OptimizerMemory memory = new OptimizerMemory();
        for (Variable weight : weights) {
            for (String name : names) {
                memory.put(name, weight.name(), Tensor.zeros(DType.F32, weight.shape()));
            }
            memory.byWeight.computeIfAbsent(weight.name(), w -> List.of());
        }
        return memory;
    }

    /** @throws Problem that lists every tensor missing, extra or of a wrong shape or type */
    public static OptimizerMemory restored(List<String> names, ModelWeights weights, Map<String, Tensor> saved, Object source) {
        OptimizerMemory memory = zeros(names, weights);
        List<String> wrong = new ArrayList<>();
        memory.byName.forEach((name, zeros) -> {
            Tensor old = saved.get(name);
            if (old == null) {
                wrong.add(name + " is missing");
            } else if (!old.shape().equals(zeros.shape()) || old.dtype() != DType.F32) {
                wrong.add(name + " is " + old.dtype() + old.shape() + ", not " + zeros.dtype() + zeros.shape());
            } else {
                zeros.copyFrom(old);
            }
        });
        saved.keySet().stream().filter(name -> !memory.byName.containsKey(name)).forEach(name -> wrong.add(name + " belongs to no weight"));
        if (!wrong.isEmpty()) {
            throw Problem.failed("cannot go on from " + source, wrong.size() + " tensors do not fit: "
                    + String.join("; ", wrong.subList(0, Math.min(20, wrong.size()))), "begin a new run in another folder");
        }
        return memory;
    }

    /** In the order of {@link Optimizer#memory}. */
    public List<Tensor> of(String weight) {
        return byWeight.get(weight);
    }

    /** For the checkpoint. */
    public Map<String, Tensor> tensors() {
        return byName;
    }

    private void put(String name, String weight, Tensor zeros) {
        byWeight.computeIfAbsent(weight, w -> new ArrayList<>()).add(zeros);
        byName.put(name + "." + weight, zeros);
    }
}
