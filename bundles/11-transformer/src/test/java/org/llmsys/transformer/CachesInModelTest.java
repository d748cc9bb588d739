package org.llmsys.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.KvCache;
import org.llmsys.attention.KvCacheFactory;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.attention.Sequences;
import org.llmsys.attention.Sequences.Part;
import org.llmsys.autograd.Pass;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;

/** Models that write from each kind of cache. */
class CachesInModelTest {

    private static final int CONTEXT = 60;
    private static final int[] IDS = ids(50);

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
    private final TensorAllocator allocator = TensorAllocator.heap();

    private static int[] ids(int count) {
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = (i * 7 + i * i) % 11;
        }
        return ids;
    }

    private static TransformerModel model(String block) {
        ModelConfig config = new ModelConfig("gpt2", 11, CONTEXT, 12, 2, 6, 3, 20, 1e-5f, 10000, true, true, block, "layernorm", "rope", "gelu-mlp", "gelu", 0);
        ModelWeights weights = ModelWeights.initialize(config, 1);
        weights.all().values().stream().filter(w -> w.shape().rank() == 2).forEach(w -> {
            for (int i = 0; i < w.value().size(); i++) {
                w.value().floats()[i] *= 10;
            }
        });
        return new TransformerModel(config, weights);
    }

    private float[] step(StepRunner<TransformerNetwork> runner, int[] ids, Part... parts) {
        return runner.run((network, step) -> {
            try (Pass pass = Pass.inference(step, allocator, "test")) {
                return network.forward(ids, new Sequences.Continued(List.of(parts)), false, pass).value().copy().floats();
            }
        }, result -> null, (network, step, result) -> {
            for (Part part : parts) {
                part.cache().commit(part.rows());
            }
        });
    }

    private KvCache cache(String name) {
        try (Assemblies.Held<KvCacheFactory> caches = assemblies.hold(KvCacheFactory.class, name)) {
            return caches.provider().create(new CacheSpec(2, 3, 2, CONTEXT), allocator);
        }
    }

    /** A prompt of 19, a step of 16, then one at a time. */
    private List<float[]> logits(StepRunner<TransformerNetwork> runner, String cacheName) {
        List<float[]> all = new ArrayList<>();
        try (KvCache cache = cache(cacheName)) {
            while (cache.length() < IDS.length) {
                int rows = cache.length() == 0 ? 19 : cache.length() == 19 ? 16 : 1;
                all.add(step(runner, Arrays.copyOfRange(IDS, cache.length(), cache.length() + rows), new Part(cache, rows)));
            }
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"pre-norm", "post-norm", "parallel"})
    @DisplayName("a paged cache gives, bit for bit, the logits of a contiguous one, with every kind of block, and one pass without a cache agrees")
    void pagedIsContiguous(String block) {
        try (StepRunner<TransformerNetwork> runner = assemblies.runner("test", model(block).blueprint(), StepListener.NONE)) {
            List<float[]> contiguous = logits(runner, "contiguous");
            List<float[]> paged = logits(runner, "paged");
            for (int i = 0; i < contiguous.size(); i++) {
                assertArrayEquals(contiguous.get(i), paged.get(i));
            }
            float[] whole = runner.run((network, step) -> {
                try (Pass pass = Pass.inference(step, allocator, "test")) {
                    return network.forward(IDS, 1, null, true, pass).value().copy().floats();
                }
            });
            assertArrayEquals(whole, paged.getLast(), 1e-3f);
        }
        assertEquals(0, allocator.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum());
    }

    @ParameterizedTest
    @ValueSource(strings = {"contiguous", "paged"})
    @DisplayName("two forks of one prompt, continued in one step with different tokens, give what two sequences from the start give")
    void forks(String cacheName) {
        try (StepRunner<TransformerNetwork> runner = assemblies.runner("test", model("pre-norm").blueprint(), StepListener.NONE)) {
            int[] prompt = Arrays.copyOf(IDS, 21);
            List<float[]> apart = new ArrayList<>();
            for (int next : new int[] {3, 8}) {
                try (KvCache alone = cache(cacheName)) {
                    step(runner, prompt, new Part(alone, 21));
                    apart.add(step(runner, new int[] {next}, new Part(alone, 1)));
                }
            }
            try (KvCache origin = cache(cacheName)) {
                step(runner, prompt, new Part(origin, 21));
                try (KvCache first = origin.fork(); KvCache second = origin.fork()) {
                    float[] both = step(runner, new int[] {3, 8}, new Part(first, 1), new Part(second, 1));
                    assertArrayEquals(apart.get(0), Arrays.copyOfRange(both, 0, 11));
                    assertArrayEquals(apart.get(1), Arrays.copyOfRange(both, 11, 22));
                }
            }
        }
        assertEquals(0, allocator.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum());
    }
}
