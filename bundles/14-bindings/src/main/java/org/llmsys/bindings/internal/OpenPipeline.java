package org.llmsys.bindings.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.llmsys.assembly.Problem;
import org.llmsys.bindings.NativePipelines.Pipeline;
import org.llmsys.bindings.NativePipelines.Settings;
import org.llmsys.bindings.NativePipelines.Stats;

/** A pipeline of the engine. Batches come through memory outside the heap, because waiting for one must not hold a Java array. */
final class OpenPipeline implements Pipeline {

    private final OpenObjects open;
    private final int size;
    private final Handle tokenizer;
    private final Handle pipeline;

    private OpenPipeline(OpenObjects open, int size, Handle tokenizer, Handle pipeline) {
        this.open = open;
        this.size = size;
        this.tokenizer = tokenizer;
        this.pipeline = pipeline;
    }

    static OpenPipeline open(Settings settings, OpenObjects open) {
        int size;
        try {
            size = Math.multiplyExact(settings.batchSize(), settings.contextLength());
        } catch (ArithmeticException overflow) {
            throw Problem.misused("a batch of " + settings.batchSize() + " times " + settings.contextLength() + " ids",
                    "an array holds no more than 2^31",
                    "use a smaller batch");
        }
        Handle tokenizer = EngineModel.tokenizer(settings.tokenizer());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment paths = arena.allocate(ValueLayout.ADDRESS, Math.max(1, settings.shards().size()));
            for (int i = 0; i < settings.shards().size(); i++) {
                paths.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(settings.shards().get(i).toString()));
            }
            long number = open0(paths.address(), settings.shards().size(), arena.allocateFrom(settings.kind()).address(),
                    tokenizer == null ? 0 : tokenizer.number(), settings.batchSize(), settings.contextLength(), settings.threads(),
                            settings.prefetch(),
                    settings.seed(), settings.epochs());
            return open.add(new OpenPipeline(open, size, tokenizer, new Handle("pipeline", number, OpenPipeline::close0)));
        } catch (RuntimeException | Error e) {
            if (tokenizer != null) {
                tokenizer.close();
            }
            throw e;
        }
    }

    @Override
    public boolean next(int[] inputs, int[] targets) {
        if (inputs.length != size || targets.length != size) {
            throw Problem.misused("arrays of " + inputs.length + " and " + targets.length + " for a batch of " + size + " ids",
                    "both hold batchSize * contextLength", "give arrays of that size");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment batch = arena.allocate(ValueLayout.JAVA_INT, 2L * size);
            if (!next0(pipeline.number(), batch.address(), batch.address() + 4L * size)) {
                return false;
            }
            MemorySegment.copy(batch, ValueLayout.JAVA_INT, 0, inputs, 0, size);
            MemorySegment.copy(batch, ValueLayout.JAVA_INT, 4L * size, targets, 0, size);
            return true;
        }
    }

    @Override
    public Stats stats() {
        long[] told = stats0(pipeline.number());
        return new Stats(told[0], told[1], told[2], told[3], told[4], told[5], told[6]);
    }

    @Override
    public void close() {
        open.remove(this);
        pipeline.close();
        if (tokenizer != null) {
            tokenizer.close();
        }
    }

    private static native long open0(long paths, int pathCount, long kind, long tokenizer, int batch, int contextLength, int threads, int prefetch,
            long seed,
            long epochs);

    private static native boolean next0(long pipeline, long inputs, long targets);

    private static native long[] stats0(long pipeline);

    private static native void close0(long pipeline);
}
