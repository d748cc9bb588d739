package org.llmsys.training.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.StepListener;
import org.llmsys.attention.internal.ContiguousKvCaches;
import org.llmsys.attention.internal.ReferenceAttention;
import org.llmsys.autograd.internal.EagerTape;
import org.llmsys.embedding.internal.RowLookup;
import org.llmsys.feedforward.internal.GeluMlp;
import org.llmsys.files.AtomicFiles;
import org.llmsys.files.internal.SafetensorsFolder;
import org.llmsys.inference.ModelStore;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.inference.internal.ModelFolderStore;
import org.llmsys.layers.internal.CrossEntropy;
import org.llmsys.layers.internal.Gelu;
import org.llmsys.matmul.internal.NaiveMatmul;
import org.llmsys.matmul.internal.ParallelMatmul;
import org.llmsys.normalization.internal.LayerNorm;
import org.llmsys.position.internal.LearnedPositionalEncoding;
import org.llmsys.sampling.internal.CategoricalSampler;
import org.llmsys.sampling.internal.TemperatureFilter;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.tensor.internal.HeapAllocator;
import org.llmsys.tensor.internal.ScalarElementwise;
import org.llmsys.tokenizer.internal.CharTokenizerType;
import org.llmsys.tokenizer.internal.WhitespaceTokenizerType;
import org.llmsys.training.Presets;
import org.llmsys.training.Trainer.Report;
import org.llmsys.training.Trainer.Result;
import org.llmsys.training.TrainingConfig;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.internal.PreNormBlock;

/** A workbench of plain objects with a trainer in it, and small things to train. */
final class Bench {

    static final String TEXT = "the cat sat on the mat. the dog sat on the log. ".repeat(12);

    final Assemblies assemblies;
    final ModelStore store;
    final TransformerTrainer trainer;
    final List<Report> reports = new ArrayList<>();

    Bench(Object... first) {
        this(WorkerPool.SERIAL, AtomicFiles.ON_DISK, first);
    }

    /** @param first providers that go before the standard ones */
    Bench(WorkerPool pool, AtomicFiles files, Object... first) {
        List<Object> providers = new ArrayList<>(List.of(first));
        providers.addAll(List.of(pool == WorkerPool.SERIAL ? new NaiveMatmul() : new ParallelMatmul(pool), new HeapAllocator(),
                new ScalarElementwise(), new EagerTape(), new CrossEntropy(), new Gelu(), new RowLookup(), new CharTokenizerType(),
                new WhitespaceTokenizerType(), new LearnedPositionalEncoding(), new ReferenceAttention(), new ContiguousKvCaches(),
                new LayerNorm(), new GeluMlp(), new PreNormBlock(), new SafetensorsFolder(), new AdamW(), new GradientDescent(),
                new WarmupCosine(), new ConstantRate(), new RandomWindows(), new SequentialWindows(),
                new ShuffledWindows(), new CategoricalSampler(), new TemperatureFilter()));
        providers.add(new AutoregressiveEngine(Assemblies.of(providers.toArray())));
        assemblies = Assemblies.of(providers.toArray());
        store = new ModelFolderStore(assemblies);
        trainer = new TransformerTrainer(assemblies, store, files);
    }

    /** One layer, C 8, context 8, with dropout, so that its draws are tested too. */
    static TrainingConfig config(long steps) {
        ModelConfig model = new ModelConfig("gpt2", TrainingConfig.VOCABULARY_OF_TEXT, 8, 8, 1, 2, 2, 16, 1e-5f, 10_000, false, true,
                "pre-norm", "layernorm", "learned", "gelu-mlp", "gelu", 0.1f);
        return Presets.named(Presets.TINY).withModel(model).withSteps(steps).changed("batchSize", 4).changed("warmupSteps", 2L)
                .changed("learningRate", 1e-2).changed("reportEvery", 5L).changed("saveEvery", 10L);
    }

    Result train(TrainingConfig config, Path out) {
        return train(config, TEXT, out, false, Job.silent("train"));
    }

    Result train(TrainingConfig config, String text, Path out, boolean resume, Job job) {
        return trainer.train(config, text, out, resume, job, reports::add, StepListener.NONE);
    }

    /** A job that is cancelled when it has done this many steps. */
    static Job cancelledAfter(long steps) {
        Job[] job = new Job[1];
        job[0] = new Job("train", "steps", 0, progress -> {
            if (progress.done() >= steps) {
                job[0].cancel();
            }
        });
        return job[0];
    }
}
