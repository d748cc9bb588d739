package org.llmsys.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.llmsys.autograd.Hooks;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.attention.MultiHeadAttention.AttentionSpec;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;

/** The code of the room's README runs here, and gives what the README says. */
class ReadmeTest {

    @Test
    @DisplayName("padding is not read: 17.5")
    void padding() {
        Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
        Tensor q = Tensor.of(Shape.of(1, 1, 1, 1), (float) Math.log(3));            // (B,NH,T,HS)
        Tensor k = Tensor.of(Shape.of(1, 1, 3, 1), 0, 1, 99);                       // (B,NKV,S,HS)
        Tensor v = Tensor.of(Shape.of(1, 1, 3, 1), 10, 20, Float.NaN);
        Tensor out = Tensor.zeros(1, 1, 1, 1);
        try (Assemblies.Held<AttentionKernel> attention = assemblies.hold(AttentionKernel.class, "streaming")) {
            attention.provider().forward(q, k, v, AttentionMask.WHOLE.withLengths(List.of(2)), ScoreBias.NONE, out, null);
        }
        assertEquals(17.5, out.get(0, 0, 0, 0), 1e-5);
    }

    @Test
    @DisplayName("two forks share two blocks")
    void forks() {
        Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
        TensorAllocator allocator = TensorAllocator.heap();
        CacheSpec spec = new CacheSpec(2, 1, 4, 1000);                              // L, NKV, HS, capacity
        try (Assemblies.Held<KvCacheFactory> caches = assemblies.hold(KvCacheFactory.class, "paged");
                KvCache prompt = caches.provider().create(spec, allocator)) {
            prompt.write(0, Tensor.zeros(1, 32, 4), Tensor.zeros(1, 32, 4));
            prompt.write(1, Tensor.zeros(1, 32, 4), Tensor.zeros(1, 32, 4));
            prompt.commit(32);
            KvCache first = prompt.fork();
            KvCache second = prompt.fork();
            List<Tensor> keys = first.rows(0, 0).keys();                            // two blocks (1,16,4), the very ones that prompt holds
            assertEquals(2, keys.size());
            assertSame(prompt.rows(0, 0).keys().get(1).storage(), keys.get(1).storage());
            assertEquals(2048, allocator.usage().getFirst().liveBytes());
            first.close();
            second.close();
        }
        assertEquals(0, allocator.usage().getFirst().liveBytes());
    }

    @Test
    @DisplayName("the hook silences head 0: what is left is what head 1 found")
    void silence() {
        Hooks silence = (place, x, pass) -> {                                       // head 0 finds nothing
            if (place.equals("blocks.0.attn.hook_z")) {
                x.value().select(2, 0).copyFrom(Tensor.zeros(1, 5, 2));             // (B,T,HS)
            }
            return x;
        };
        Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
        Variable first = Variable.constant("c_proj.weight", Tensor.of(Shape.of(4, 4), 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1));
        NamedWeights weights = NamedWeights.of(Trial.random("c_attn.weight", 4, 12), first);
        PositionalLayer none = new PositionalLayer() {
        };
        try (StepRunner<MultiHeadAttention> runner = assemblies.runner("readme",
                needs -> new MultiHeadAttention(new AttentionSpec(4, 2, 2, 0), weights, none, needs), StepListener.NONE)) {
            Tensor y = runner.run((attention, step) -> {
                TensorAllocator allocator = TensorAllocator.heap();
                try (Pass pass = Pass.inference(silence.on(step), allocator, "ablation")) {
                    return attention.forward(Trial.random("x", 1, 5, 4), Sequences.fresh(1), pass).value().copy();
                }
            });
            assertEquals(0, y.get(0, 4, 0));
            assertEquals(0, y.get(0, 4, 1));
            assertTrue(y.get(0, 4, 2) != 0);
        }
    }
}
