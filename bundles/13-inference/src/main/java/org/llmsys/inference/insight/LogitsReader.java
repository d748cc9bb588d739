package org.llmsys.inference.insight;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.KvCache;
import org.llmsys.attention.KvCacheFactory;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Pass;
import org.llmsys.inference.LoadedModel;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.TransformerNetwork;

/**
 * Reads a text part by part into a cache, as an engine does, and gives out the logits of every position. For one thread.
 *
 * <pre>
 *   read(ids):  logits (n,V) = network(ids, cache);   row i tells what may come after ids[i]
 * </pre>
 *
 * <p>Long parts go through in chunks, so that no more than a chunk's logits lie in memory at once.
 */
final class LogitsReader implements AutoCloseable {

    private static final int CHUNK = 64;

    private record Plan(TransformerNetwork network, Need<TensorAllocator> allocator) {
    }

    private record Memory(Need<KvCacheFactory> caches, Need<TensorAllocator> allocator) {
    }

    /** Gets the rows of a chunk, in order, when the chunk was committed. */
    @FunctionalInterface
    interface Rows {
        /** @param row shape (V), not used again by who gave it */
        void accept(int position, float[] row);
    }

    private final LoadedModel model;
    private final StepRunner<Plan> runner;
    private final KvCache cache;

    /**
     * @param pinned   serves every step; null for the workbench's current choice
     * @param capacity most ids that will be read
     */
    LogitsReader(Assemblies assemblies, LoadedModel model, Assembly pinned, int capacity, StepListener listener) {
        ModelConfig config = model.model().config();
        if (capacity > config.contextLength()) {
            throw Problem.failed("a text of " + capacity + " tokens is too long for the model " + model.name(), "its context holds "
                    + config.contextLength(), "use a shorter text, or a model with a longer context");
        }
        this.model = model;
        this.runner = assemblies.runner("logits", needs -> new Plan(model.model().network(needs),
                needs.add(TensorAllocator.class, TensorAllocator.ALGORITHM)), listener);
        runner.pin(pinned);
        CacheSpec spec = new CacheSpec(config.numLayers(), config.numKvHeads(), config.headDim(), capacity);
        try (StepRunner<Memory> opening = assemblies.runner("logits", needs -> new Memory(needs.add(KvCacheFactory.class, KvCacheFactory.ALGORITHM),
                needs.add(TensorAllocator.class, TensorAllocator.ALGORITHM)), listener)) {
            opening.pin(pinned);
            this.cache = opening.run((memory, step) -> step.get(memory.caches()).create(spec, step.get(memory.allocator())));
        }
    }

    LoadedModel model() {
        return model;
    }

    /** Forgets all that was read. */
    void rewind() {
        cache.truncate(0);
    }

    /** @param look who looks into the steps; null for nobody */
    void read(int[] ids, LogitsLook look, Rows rows) {
        for (int from = 0; from < ids.length; from += CHUNK) {
            int start = cache.length();
            int[] part = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + CHUNK));
            List<float[]> found = runner.run((plan, step) -> {
                Hooks hooks = look == null ? null : look.begin(start);
                try (Pass pass = Pass.inference(hooks == null ? step : hooks.on(step), step.get(plan.allocator()), "logits")) {
                    return rows(plan.network().forward(part, 1, cache, false, pass).value());
                }
            }, LogitsReader::fault, (plan, step, result) -> cache.commit(part.length));
            if (look != null) {
                look.committed();
            }
            for (int i = 0; i < part.length; i++) {
                rows.accept(start + i, found.get(i));
            }
        }
    }

    /** (1,T,V) taken apart and copied out of the pass's memory. */
    private static List<float[]> rows(Tensor logits) {
        int width = logits.shape().intExtent(2);
        Tensor packed = logits.contiguous();
        List<float[]> rows = new ArrayList<>();
        for (int t = 0; t < logits.shape().extent(1); t++) {
            int from = packed.floatOffset() + t * width;
            rows.add(Arrays.copyOfRange(packed.floats(), from, from + width));
        }
        return rows;
    }

    private static String fault(List<float[]> rows) {
        for (float[] row : rows) {
            float sum = 0;                                       // x·0 is 0 for a finite x, else NaN
            for (float logit : row) {
                sum += logit * 0f;
            }
            if (sum != 0) {
                return "logits hold NaN or infinity";
            }
        }
        return null;
    }

    @Override
    public void close() {
        runner.close();
        cache.close();
    }
}
