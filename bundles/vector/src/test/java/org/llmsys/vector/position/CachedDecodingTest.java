package org.llmsys.vector.position;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.AttentionKernel;
import org.llmsys.attention.KvCache;
import org.llmsys.attention.KvCacheFactory;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.attention.MultiHeadAttention;
import org.llmsys.attention.MultiHeadAttention.AttentionSpec;
import org.llmsys.attention.Sequences;
import org.llmsys.attention.internal.ContiguousKvCaches;
import org.llmsys.attention.internal.ReferenceAttention;
import org.llmsys.attention.internal.StreamingAttention;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.matmul.internal.NaiveMatmul;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.position.PositionalEncoding.PositionSpec;
import org.llmsys.position.RotaryPairing;
import org.llmsys.position.RotaryScaling;
import org.llmsys.position.internal.LinearBiases;
import org.llmsys.position.internal.RotaryPositionalEncoding;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.Numbers;
import org.llmsys.vector.attention.VectorAttention;

/** What a cache remembers was turned at its own position, and distances are counted from the end of the cache. */
class CachedDecodingTest {

    private static final int POSITIONS = 131;                                              // more than a block of queries, and of angles
    private static final AttentionSpec SPEC = new AttentionSpec(60, 6, 2, 1);              // grouped heads, no power of two, of 10 elements

    private final TensorAllocator allocator = TensorAllocator.heap();

    private record Plan(MultiHeadAttention attention, Need<KvCacheFactory> caches) {
    }

    static Stream<Arguments> kernelsAndEncodings() {
        List<AttentionKernel> kernels = List.of(new ReferenceAttention(), new StreamingAttention(WorkerPool.SERIAL),
                new VectorAttention(WorkerPool.SERIAL));
        List<PositionalEncoding> encodings = List.of(new RotaryPositionalEncoding(), new VectorRotaryEncoding(WorkerPool.SERIAL), new LinearBiases());
        List<Arguments> all = new ArrayList<>();
        for (AttentionKernel kernel : kernels) {
            for (PositionalEncoding encoding : encodings) {
                for (RotaryPairing pairing : RotaryPairing.values()) {
                    all.add(Arguments.of(kernel, encoding, pairing));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("kernelsAndEncodings")
    @DisplayName("a prompt in pieces, then token by token through a cache, gives the bits of one pass over all")
    void piecesAreTheWhole(AttentionKernel kernel, PositionalEncoding encoding, RotaryPairing pairing) {
        PositionSpec spec = new PositionSpec(POSITIONS, SPEC.embeddingDim(), SPEC.headDim(), 10_000, "wpe.weight", pairing,
                new RotaryScaling.Yarn(4, 64));
        Variable weight = Trial.random("c_attn.weight", 60, 100);
        Variable projection = Trial.random("c_proj.weight", 60, 60);
        Tensor x = Trial.random("x", 1, POSITIONS, 60).value();
        try (StepRunner<Plan> runner = Assemblies.of(kernel, new NaiveMatmul(), ElementwiseKernel.scalar(), new ContiguousKvCaches()).runner("test",
                needs -> new Plan(new MultiHeadAttention(SPEC, NamedWeights.of(weight, projection), encoding.build(spec, null, needs), needs),
                        needs.add(KvCacheFactory.class, KvCacheFactory.ALGORITHM)), StepListener.NONE)) {
            Tensor whole = forward(runner, x, Sequences.fresh(1));
            try (KvCache cache = runner.run((plan, step) -> step.get(plan.caches()).create(new CacheSpec(2, 2, 10, POSITIONS), allocator))) {
                int start = 0;
                for (int end : new int[] {1, 40, 97, 98, 110, 111, 112, 129, 130, 131}) {
                    Tensor piece = forward(runner, x.slice(1, start, end).copy(), Sequences.continued(cache, end - start));
                    cache.commit(end - start);
                    Numbers.assertSameBits(whole.slice(1, start, end).copy(), piece);
                    start = end;
                }
            }
        }
        assertEquals(0, allocator.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum());
    }

    private Tensor forward(StepRunner<Plan> runner, Tensor x, Sequences sequences) {
        return runner.run((plan, step) -> {
            try (Pass pass = Pass.inference(step, allocator, "test")) {
                return plan.attention().forward(Variable.constant("x", x), sequences, pass).value().copy();
            }
        });
    }
}
