package org.llmsys.integration.onnx;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;

/** Runs layers on the class path's providers, the fast ones where there are any. */
final class LayerBench {

    /** The providers of the class path. */
    static final Assemblies ASSEMBLIES = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();

    private static final Trial TRIAL = new Trial(ASSEMBLIES);

    private LayerBench() {
    }

    /** One layer on one tensor, in a pass without gradients. */
    static Tensor run(Blueprint<? extends Layer> blueprint, Tensor x) {
        return run(blueprint, (layer, pass) -> List.of(layer.forward(constant(x), pass))).getFirst();
    }

    /** Anything that layers compute in a pass without gradients, copied out of it; null stays null. */
    static <P> List<Tensor> run(Blueprint<P> blueprint, BiFunction<P, Pass, List<Variable>> body) {
        AtomicReference<List<Tensor>> results = new AtomicReference<>();
        TRIAL.infer(blueprint, (network, pass) -> results.set(copied(body.apply(network, pass))));
        return results.get();
    }

    /** The same in a pass that learns. */
    static <P> List<Tensor> train(Blueprint<P> blueprint, BiFunction<P, Pass, List<Variable>> body) {
        AtomicReference<List<Tensor>> results = new AtomicReference<>();
        TRIAL.train(blueprint, (network, pass) -> results.set(copied(body.apply(network, pass))));
        return results.get();
    }

    static Variable constant(Tensor x) {
        return Variable.constant("x", x);
    }

    private static List<Tensor> copied(List<Variable> variables) {
        return variables.stream().map(variable -> variable.value().copy()).toList();
    }
}
