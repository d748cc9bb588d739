package org.llmsys.testkit.internal;

import java.util.LinkedHashMap;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Provider;
import org.llmsys.assembly.Step;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
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
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.osgi.service.component.annotations.Component;

/**
 * Every positional encoding: keeps shapes, tells positions apart, treats each sequence of a batch alike, and gives a token the same
 * encoding whether it comes in a long prompt or alone after it.
 */
@Component(service = Contract.class)
public final class PositionContract implements Contract<PositionalEncoding> {

    private static final int CONTEXT = 11;
    private static final int WIDTH = 12;
    private static final int HEADS = 3;
    private static final PositionSpec SPEC = new PositionSpec(CONTEXT, WIDTH, WIDTH / HEADS, 10_000, "wpe.weight");

    @Override
    public Class<PositionalEncoding> service() {
        return PositionalEncoding.class;
    }

    @Override
    public void check(PositionalEncoding encoding, Subject subject, Checks checks) {
        checks.promise("shapes are kept and x is left alone", () -> {
            Tensor x = Samples.normal(1, 2, 5, WIDTH);
            Tensor before = x.copy();
            Checks.that(added(encoding, x, 0).shape().equals(x.shape()), "the sum has another shape");
            Tensor heads = Samples.normal(2, 2, HEADS, 5, WIDTH / HEADS);
            Checks.that(rotated(encoding, heads, 0).shape().equals(heads.shape()), "the turned heads have another shape");
            Checks.that(java.util.Arrays.equals(before.floats(), x.floats()), "x was changed");
        });
        checks.promise("the same token at two places looks different", () -> {
            Tensor x = Tensor.zeros(1, 2, WIDTH);
            Tensor heads = Tensor.zeros(1, HEADS, 2, WIDTH / HEADS);
            java.util.Arrays.fill(x.floats(), 1);
            java.util.Arrays.fill(heads.floats(), 1);
            Tensor sum = added(encoding, x, 3);
            Tensor turned = rotated(encoding, heads, 3);
            boolean differs = false;
            for (int c = 0; c < WIDTH; c++) {
                differs |= sum.get(0, 0, c) != sum.get(0, 1, c);
            }
            for (int c = 0; c < WIDTH / HEADS; c++) {
                differs |= turned.get(0, 0, 0, c) != turned.get(0, 0, 1, c);
            }
            ScoreBias bias = bias(encoding, HEADS);
            for (int h = 0; h < HEADS; h++) {
                differs |= bias.at(h, 1) != bias.at(h, 2);
            }
            Checks.that(differs, "positions 3 and 4 are alike");
        });
        checks.promise("a token alone after a prompt is encoded as within it", () -> {
            Tensor x = Samples.normal(3, 1, CONTEXT, WIDTH);
            Tensor whole = added(encoding, x, 0);
            Tensor heads = Samples.normal(4, 1, HEADS, CONTEXT, WIDTH / HEADS);
            Tensor wholeTurned = rotated(encoding, heads, 0);
            for (int t = 0; t < CONTEXT; t++) {
                Tensor one = added(encoding, x.slice(1, t, t + 1).copy(), t);
                Tensor oneTurned = rotated(encoding, heads.slice(2, t, t + 1).copy(), t);
                for (int c = 0; c < WIDTH; c++) {
                    Checks.that(one.get(0, 0, c) == whole.get(0, t, c), "the sum at position %d differs", t);
                    Checks.that(oneTurned.get(0, c % HEADS, 0, c / HEADS) == wholeTurned.get(0, c % HEADS, t, c / HEADS), "the turn at position %d differs", t);
                }
            }
        });
        checks.promise("every sequence of a batch is encoded alike", () -> {
            Tensor one = Samples.normal(5, 1, 4, WIDTH);
            Tensor two = Tensor.zeros(2, 4, WIDTH);
            two.slice(0, 0, 1).copyFrom(one);
            two.slice(0, 1, 2).copyFrom(one);
            Tensor sum = added(encoding, two, 2);
            for (int c = 0; c < WIDTH; c++) {
                Checks.that(sum.get(0, 3, c) == sum.get(1, 3, c), "they differ");
            }
        });
        checks.promise("a score bias fits any number of heads and is finite", () -> {
            for (int heads : new int[] {1, 2, 3, 8, 12, 13}) {
                ScoreBias bias = bias(encoding, heads);
                bias.requireHeads(heads);
                for (int h = 0; h < heads; h++) {
                    Checks.that(Double.isFinite(bias.at(h, 1 << 20)), "head %d of %d: %s", h, heads, bias.at(h, 1 << 20));
                }
            }
        });
        checks.promise("many threads may build and call at once", () -> Checks.sameOnManyThreads(() ->
                java.util.Arrays.hashCode(added(encoding, Samples.normal(1, 2, 5, WIDTH), 1).copy().floats())));
    }

    private static Tensor added(PositionalEncoding encoding, Tensor x, int start) {
        return run(encoding, (layer, pass) -> layer.add(Variable.constant("x", x), start, pass).value().copy());
    }

    private static Tensor rotated(PositionalEncoding encoding, Tensor heads, int start) {
        return run(encoding, (layer, pass) -> layer.rotate(Variable.constant("heads", heads), start, pass).value().copy());
    }

    private static ScoreBias bias(PositionalEncoding encoding, int heads) {
        ScoreBias[] found = new ScoreBias[1];
        run(encoding, (layer, pass) -> {
            found[0] = layer.scoreBias(heads);
            return null;
        });
        return found[0];
    }

    private interface Use {
        Tensor apply(PositionalLayer layer, Pass pass);
    }

    private static Tensor run(PositionalEncoding encoding, Use use) {
        PlainHeap heap = new PlainHeap();
        try (StepRunner<PositionalLayer> runner = Assemblies.of(heap, ElementwiseKernel.scalar())
                .runner("check", needs -> encoding.build(SPEC, new RandomTables(), needs), StepListener.NONE)) {
            return runner.run((PositionalLayer layer, Step step) -> {
                try (Pass pass = Pass.inference(step, heap, "check")) {
                    return use.apply(layer, pass);
                }
            });
        }
    }

    /** Gives a learned encoding whatever table it asks for. */
    private static final class RandomTables implements Parameters {
        private final Map<String, Variable> made = new LinkedHashMap<>();

        @Override
        public Variable get(String name, long... extents) {
            return made.computeIfAbsent(name, n -> Variable.parameter(n, Samples.normal(9, extents)));
        }

        @Override
        public Variable find(String name, long... extents) {
            return get(name, extents);
        }

        @Override
        public Parameters scope(String prefix) {
            return this;
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
        public java.util.List<Usage> usage() {
            return java.util.List.of();
        }
    }
}
