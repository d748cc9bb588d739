package org.llmsys.testkit.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Provider;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.GradientCheck;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.TapeFactory;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Workspace;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.position.PositionalEncoding.PositionSpec;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Samples;

/** One encoding built for one model, to be called in passes of their own. Memory that nobody wrote holds no numbers. */
record PositionTrial(PositionalEncoding encoding, PositionSpec spec) {

    /** What is done with the layer; null for nothing to keep. */
    interface Use<R> {
        R apply(PositionalLayer layer, Pass pass);
    }

    /** x (B,T,C) with the vectors of positions {@code start, start + 1, ...}. */
    Tensor added(Tensor x, int start) {
        return infer(x.dtype(), (layer, pass) -> layer.add(Variable.constant("x", x), start, pass).value().copy());
    }

    /** Heads (B,NH,T,HS) turned. */
    Tensor rotated(Tensor heads, int start) {
        return infer(heads.dtype(), (layer, pass) -> layer.rotate(Variable.constant("heads", heads), start, pass).value().copy());
    }

    ScoreBias bias(int heads) {
        return infer(DType.F32, (layer, pass) -> layer.scoreBias(heads));
    }

    /** Whether it adds anything; else x comes back as it went in. */
    boolean adds() {
        Variable x = Variable.constant("x", Tensor.zeros(1, 1, spec.embeddingDim()));
        return infer(DType.F32, (layer, pass) -> layer.add(x, 0, pass) != x);
    }

    /** Whether it turns heads; else they come back as they went in. */
    boolean turns() {
        Variable heads = Variable.constant("heads", Tensor.zeros(1, 1, 1, spec.headDim()));
        return infer(DType.F32, (layer, pass) -> layer.rotate(heads, 0, pass) != heads);
    }

    <R> R infer(DType dtype, Use<R> use) {
        PlainHeap heap = new PlainHeap();
        try (StepRunner<PositionalLayer> runner = assemblies(heap).runner("check", needs -> encoding.build(spec, new Tables(DType.F32),
                needs), StepListener.NONE)) {
            return runner.run((layer, step) -> {
                try (Pass pass = Pass.inference(step, heap, Workspace.poisoned("check", dtype))) {
                    return use.apply(layer, pass);
                }
            });
        }
    }

    /** One layer, many threads, each with passes of its own. */
    <R> void onManyThreads(Use<R> use) {
        PlainHeap heap = new PlainHeap();
        try (StepRunner<PositionalLayer> runner = assemblies(heap).runner("check", needs -> encoding.build(spec, new Tables(DType.F32),
                needs), StepListener.NONE)) {
            runner.run((layer, step) -> {
                try {
                    Checks.sameOnManyThreads(() -> {
                        try (Pass pass = Pass.inference(step, heap, Workspace.poisoned("check", DType.F32))) {
                            return use.apply(layer, pass);
                        }
                    });
                    return true;
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
        }
    }

    /** One entry point of a layer, at some position. */
    interface Door {
        Variable apply(PositionalLayer layer, Variable x, Pass pass);
    }

    /**
     * The gradient of x when that of y is given.
     *
     * @param twice whether x is used twice, so that there are two shares to add up
     */
    Tensor gradient(Tensor x, Tensor gradY, boolean twice, Door door) {
        PlainHeap heap = new PlainHeap();
        record Learner(PositionalLayer layer, Need<TapeFactory> tapes) {
        }
        try (StepRunner<Learner> runner = assemblies(heap).runner("check", needs -> new Learner(encoding.build(spec, new Tables(DType.F32), needs),
                needs.add(TapeFactory.class, TapeFactory.ALGORITHM)), StepListener.NONE)) {
            return runner.run((learner, step) -> {
                try (Pass pass = Pass.training(step, step.get(learner.tapes()), heap, Workspace.poisoned("check", x.dtype()), 1, 1)) {
                    Variable input = Variable.parameter("x", x);
                    List<Variable> outputs = new ArrayList<>();
                    for (int i = 0; i < (twice ? 2 : 1); i++) {
                        outputs.add(door.apply(learner.layer(), input, pass));
                    }
                    Variable loss = pass.tape().record("loss", pass.zeros(1), (g, gradients) ->
                            outputs.forEach(y -> ElementwiseKernel.scalar().addScaled(gradY, 1, gradients.into(y))),
                                    outputs.toArray(Variable[]::new));
                    return pass.tape().backward(loss).of(input).copy();
                }
            });
        }
    }

    /** Finite differences against the backward rule, of the inputs and of every table that the encoding asks for. */
    void gradientCheck(DType dtype, Use<Variable> forward, Variable... inputs) {
        Tables tables = new Tables(dtype);
        askFor(tables);
        List<Variable> all = new ArrayList<>(List.of(inputs));
        all.addAll(tables.made.values());
        GradientCheck check = dtype == DType.F64 ? GradientCheck.DOUBLE : GradientCheck.FLOAT;
        check.layer("position", assemblies(new PlainHeap()), needs -> encoding.build(spec, tables, needs), forward::apply,
                all.toArray(Variable[]::new)).requireGood();
    }

    /** Builds once, so that the tables it asks for are known. */
    private void askFor(Tables tables) {
        try (StepRunner<PositionalLayer> runner = assemblies(new PlainHeap()).runner("check", needs -> encoding.build(spec, tables, needs),
                StepListener.NONE)) {
            runner.run((layer, step) -> true);
        }
    }

    private static Assemblies assemblies(PlainHeap heap) {
        return Assemblies.of(heap, ElementwiseKernel.scalar(), new PositionTape());
    }

    /** Gives a learned encoding whatever table it asks for. */
    static final class Tables implements Parameters {

        private final DType dtype;
        private final Map<String, Variable> made = new LinkedHashMap<>();

        Tables(DType dtype) {
            this.dtype = dtype;
        }

        @Override
        public Variable get(String name, long... extents) {
            return made.computeIfAbsent(name, n -> Variable.parameter(n, table(extents).to(dtype)));
        }

        @Override
        public Variable find(String name, long... extents) {
            return get(name, extents);
        }

        @Override
        public Parameters scope(String prefix) {
            return this;
        }

        static Tensor table(long... extents) {
            return Samples.normal(9, extents);
        }
    }

    /** Arrays without counting: the allocator is not what is checked here. */
    @Provider(slot = "allocator", algorithm = "allocator", name = "plain-heap")
    private static final class PlainHeap implements TensorAllocator {

        @Override
        public Storage allocate(DType dtype, long size, String owner) {
            return Tensor.zeros(dtype, Shape.of(size)).storage();
        }

        @Override
        public List<Usage> usage() {
            return List.of();
        }
    }
}
