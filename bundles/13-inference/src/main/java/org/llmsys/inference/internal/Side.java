package org.llmsys.inference.internal;

import java.util.Arrays;
import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Step;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.KvCache;
import org.llmsys.attention.KvCacheFactory;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.autograd.Pass;
import org.llmsys.inference.LoadedModel;
import org.llmsys.sampling.Sampler;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.TransformerNetwork;

/** One side of a comparison: the model under one assembly, with a cache of its own and a stopwatch. */
final class Side implements StepListener, AutoCloseable {

    /** The sampler has a part only when it is what is compared; otherwise a side writes the likeliest token. */
    private record Plan(TransformerNetwork network, Need<TensorAllocator> allocator, Need<KvCacheFactory> caches, Need<Sampler> sampler) {
    }

    private static final long SEED = 1;

    private final Candidate chosen;
    private final StepRunner<Plan> runner;
    private final KvCache cache;
    private boolean took;
    private long firstNanos;
    private long laterNanos;
    private float[] logits;
    private int token;

    Side(Assemblies assemblies, LoadedModel model, Assembly pinned, Candidate chosen, TensorAllocator allocator) {
        this.chosen = chosen;
        boolean samples = chosen.slot().equals("sampler");
        Blueprint<Plan> blueprint = needs -> new Plan(model.model().network(needs), needs.add(TensorAllocator.class, TensorAllocator.ALGORITHM),
                needs.add(KvCacheFactory.class, Need.ANY), samples ? needs.add(Sampler.class, chosen.algorithm()) : null);
        this.runner = assemblies.runner("compare", blueprint, this);
        runner.pin(pinned);
        ModelConfig config = model.model().config();
        CacheSpec spec = new CacheSpec(config.numLayers(), config.numKvHeads(), config.headDim(), config.contextLength());
        this.cache = runner.run((plan, step) -> step.get(plan.caches()).create(spec, allocator));
    }

    /** Reads {@code ids}; {@link #logits} and {@link #token} then tell what comes after them. */
    void step(int[] ids, int index) {
        long start = System.nanoTime();
        logits = runner.run((plan, step) -> forward(plan, step, ids, index), result -> null, (plan, step, result) -> cache.commit(ids.length));
        long nanos = System.nanoTime() - start;
        if (index == 0) {
            firstNanos = nanos;
        } else {
            laterNanos += nanos;
        }
        if (!took) {
            throw Problem.misused("cannot compare in slot " + chosen.slot(), "it has no part in generating with this model",
                    "compare in a slot that has: matmul, attention, normalization, activation, sampler, …");
        }
    }

    private float[] forward(Plan plan, Step step, int[] ids, int index) {
        try (Pass pass = Pass.inference(step, step.get(plan.allocator()), "compare")) {
            Tensor last = plan.network().forward(ids, 1, cache, true, pass).value();                 // (1,1,V)
            float[] row = Arrays.copyOfRange(last.floats(), last.floatOffset(), last.floatOffset() + Math.toIntExact(last.size()));
            token = plan.sampler() == null ? likeliest(row) : step.get(plan.sampler()).pick(row, RandomStream.at(SEED, index)::nextDouble);
            return row;
        }
    }

    private static int likeliest(float[] row) {
        int best = 0;
        for (int id = 1; id < row.length; id++) {
            best = row[id] > row[best] ? id : best;
        }
        return best;
    }

    float[] logits() {
        return logits;
    }

    int token() {
        return token;
    }

    double millis() {
        return (laterNanos == 0 ? firstNanos : laterNanos) / 1e6;
    }

    @Override
    public boolean wantsSteps() {
        return true;
    }

    @Override
    public void served(List<Candidate> providers) {
        took |= providers.stream().anyMatch(p -> p.slot().equals(chosen.slot()) && p.name().equals(chosen.name()));
    }

    @Override
    public void close() {
        runner.close();
        cache.close();
    }
}
