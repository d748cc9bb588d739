package org.llmsys.testkit.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.llmsys.training.Optimizer;
import org.llmsys.training.Optimizer.Rule;
import org.llmsys.training.OptimizerSettings;
import org.osgi.service.component.annotations.Component;

/**
 * Every optimizer: ten steps of its formula in double, weights and memory, to 1e-5 of the way a weight has gone; nothing outside the tensors
 * touched and the gradient left alone; the memory is all that it remembers; a bowl's bottom is found.
 */
@Component(service = Contract.class)
public final class OptimizerContract implements Contract<Optimizer> {

    private static final int STEPS = 10;
    private static final double RATE = 0.01;
    private static final int[] SIZES = {0, 1, 13, 207, 20_011};

    private static final List<OptimizerSettings> SETTINGS = List.of(OptimizerSettings.DEFAULT, OptimizerSettings.DEFAULT.withWeightDecay(0.1),
            OptimizerSettings.DEFAULT.withBetas(0.5, 0.9).withEps(1e-3).withMomentum(0.5).withDampening(0.25).withWeightDecay(0.5),
            OptimizerSettings.DEFAULT.withNesterov(true).withMomentum(0.8));

    /** A weight, its gradients step by step, and what is remembered of it. */
    private record Subjects(Tensor weight, List<Tensor> gradients, List<Tensor> memory) {

        static Subjects of(Optimizer optimizer, long... extents) {
            List<Tensor> gradients = new ArrayList<>();
            for (int t = 0; t < STEPS; t++) {
                gradients.add(Samples.shifted(Samples.normal(20 + t, extents)));
            }
            List<Tensor> memory = new ArrayList<>();
            for (int i = 0; i < optimizer.memory().size(); i++) {
                memory.add(Samples.shifted(Tensor.zeros(extents)));
            }
            return new Subjects(Samples.shifted(Samples.normal(19, extents)), gradients, memory);
        }

        void steps(Optimizer optimizer, int from, int to, OptimizerSettings settings) {
            for (int t = from; t < to; t++) {
                optimizer.update(weight, gradients.get(t), memory, new Rule(t + 1, RATE, settings));
            }
        }

        int hash() {
            int hash = Arrays.hashCode(weight.copy().floats());
            for (Tensor each : memory) {
                hash = 31 * hash + Arrays.hashCode(each.copy().floats());
            }
            return hash;
        }
    }

    @Override
    public Class<Optimizer> service() {
        return Optimizer.class;
    }

    @Override
    public void check(Optimizer optimizer, Subject subject, Checks checks) {
        checks.promise("its memory has names, all different, and always the same", () -> {
            Checks.that(new TreeSet<>(optimizer.memory()).size() == optimizer.memory().size(), "a name comes twice in %s", optimizer.memory());
            Checks.that(optimizer.memory().equals(optimizer.memory()), "the names change");
        });
        OptimizersInDouble.Formula formula = OptimizersInDouble.KNOWN.get(subject.algorithm());
        if (formula == null) {
            checks.skip("the formula is not one the kit knows");
        } else {
            for (OptimizerSettings settings : SETTINGS) {
                checks.promise(subject.algorithm() + " by its formula with " + settings, () -> compare(optimizer, formula, settings));
            }
            checks.promise(subject.algorithm() + " without correction, as step 0", () -> uncorrected(optimizer, formula));
        }
        checks.promise("the gradient is left alone, and nothing outside the tensors is touched", () -> touchesOnlyItsOwn(optimizer));
        checks.promise("a gradient or a memory of another shape is refused", () -> {
            Subjects of = Subjects.of(optimizer, 3);
            Rule rule = new Rule(1, RATE, OptimizerSettings.DEFAULT);
            Checks.refused("a gradient (2) for a weight (3)", () -> optimizer.update(of.weight(), Tensor.zeros(2), of.memory(), rule));
            Checks.refused("memory of another shape", () -> optimizer.update(Tensor.zeros(4), Tensor.zeros(4), withOneMore(of.memory()), rule));
        });
        checks.promise("what it remembers is in its memory and nowhere else", () -> remembersOnlyInMemory(optimizer));
        checks.promise("2000 steps down a bowl end nearer the bottom", () -> findsTheBottom(optimizer));
        checks.promise("many threads may update different weights at once", () -> Checks.sameOnManyThreads(() -> {
            Subjects subjects = Subjects.of(optimizer, 207);
            subjects.steps(optimizer, 0, STEPS, OptimizerSettings.DEFAULT);
            return subjects.hash();
        }));
    }

    private static void compare(Optimizer optimizer, OptimizersInDouble.Formula formula, OptimizerSettings settings) {
        for (int size : SIZES) {
            Subjects subjects = Subjects.of(optimizer, size);
            Tensor before = subjects.weight().copy();
            subjects.steps(optimizer, 0, STEPS, settings);
            for (int i = 0; i < size; i++) {
                double[] memory = new double[optimizer.memory().size()];
                double w = before.get(i);
                for (int t = 0; t < STEPS; t++) {
                    w = formula.update(w, subjects.gradients().get(t).get(i), memory, new Rule(t + 1, RATE, settings));
                }
                Checks.close(w, subjects.weight().get(i), 1e-5 * (Math.abs(before.get(i)) + STEPS * RATE), "weight %d of %d", i, size);
                for (int n = 0; n < memory.length; n++) {
                    Checks.close(memory[n], subjects.memory().get(n).get(i), 1e-5 * Math.max(1, Math.abs(memory[n])), "%s %d of %d",
                            optimizer.memory().get(n), i, size);
                }
            }
        }
    }

    private static void uncorrected(Optimizer optimizer, OptimizersInDouble.Formula formula) {
        Subjects subjects = Subjects.of(optimizer, 13);
        Tensor before = subjects.weight().copy();
        Rule rule = new Rule(0, RATE, OptimizerSettings.DEFAULT);
        optimizer.update(subjects.weight(), subjects.gradients().getFirst(), subjects.memory(), rule);
        for (int i = 0; i < 13; i++) {
            double expected = formula.update(before.get(i), subjects.gradients().getFirst().get(i), new double[optimizer.memory().size()], rule);
            Checks.close(expected, subjects.weight().get(i), 1e-5, "weight %d", i);
        }
    }

    private static void touchesOnlyItsOwn(Optimizer optimizer) {
        Tensor wide = Tensor.zeros(9, 5);
        Tensor weight = wide.slice(0, 2, 7);                                       // (5,5) in the middle
        Subjects subjects = Subjects.of(optimizer, 5, 5);
        Tensor gradient = subjects.gradients().getFirst();
        Tensor before = gradient.copy();
        optimizer.update(weight, gradient, subjects.memory(), new Rule(1, RATE, OptimizerSettings.DEFAULT));
        Checks.that(Arrays.equals(before.floats(), gradient.copy().floats()), "the gradient was changed");
        for (int i = 0; i < 45; i++) {
            boolean inside = i >= 10 && i < 35;
            Checks.that(inside ? wide.floats()[i] != 0 : wide.floats()[i] == 0, inside ? "weight %d did not move" : "element %d lies outside and moved", i);
        }
    }

    private static List<Tensor> withOneMore(List<Tensor> memory) {
        List<Tensor> more = new ArrayList<>(memory);
        more.add(Tensor.zeros(3));
        return more;
    }

    /** Two weights in turn, each with its own memory, end like one after the other. */
    private static void remembersOnlyInMemory(Optimizer optimizer) {
        Subjects alone = Subjects.of(optimizer, 13);
        alone.steps(optimizer, 0, STEPS, OptimizerSettings.DEFAULT);
        Subjects inTurn = Subjects.of(optimizer, 13);
        Subjects other = Subjects.of(optimizer, 7);
        for (int t = 0; t < STEPS; t++) {
            inTurn.steps(optimizer, t, t + 1, OptimizerSettings.DEFAULT);
            other.steps(optimizer, t, t + 1, OptimizerSettings.DEFAULT);
        }
        Checks.that(alone.hash() == inTurn.hash(), "a weight moves otherwise when another one is updated in between");
    }

    /** loss = w², gradient 2w. */
    private static void findsTheBottom(Optimizer optimizer) {
        Subjects subjects = Subjects.of(optimizer, 1);
        subjects.weight().set(1, 0);
        for (int t = 1; t <= 2000; t++) {
            subjects.gradients().getFirst().set(2 * subjects.weight().get(0), 0);
            optimizer.update(subjects.weight(), subjects.gradients().getFirst(), subjects.memory(), new Rule(t, RATE, OptimizerSettings.DEFAULT));
        }
        Checks.that(Math.abs(subjects.weight().get(0)) < 0.7, "the weight is %s", subjects.weight().get(0));
    }
}
