package org.llmsys.training.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.files.AtomicFiles;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.ModelStore;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.training.Checkpoint;
import org.llmsys.training.Dataset;
import org.llmsys.training.Optimizer;
import org.llmsys.training.OptimizerMemory;
import org.llmsys.training.Trainer;
import org.llmsys.training.TrainingConfig;
import org.llmsys.training.data.DocumentEnds;
import org.llmsys.training.data.PreparedData;
import org.llmsys.training.data.TokenSource;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Begins runs and takes them up again. What a run remembers lives in its {@link TrainingRun}. */
@Component
public final class TransformerTrainer implements Trainer {

    /** What may differ in a resumed run: it does not touch the weights. */
    private static final Set<String> FREE = Set.of("preset", "reportEvery", "saveEvery");

    private final Assemblies assemblies;
    private final ModelStore store;
    private final AtomicFiles files;

    @Activate
    public TransformerTrainer(@Reference Assemblies assemblies, @Reference ModelStore store) {
        this(assemblies, store, AtomicFiles.ON_DISK);
    }

    TransformerTrainer(Assemblies assemblies, ModelStore store, AtomicFiles files) {
        this.assemblies = assemblies;
        this.store = store;
        this.files = files;
    }

    @Override
    public Result train(TrainingConfig config, String text, Path out, boolean resume, Job job, Consumer<Report> reports, StepListener listener) {
        config.requireValid();
        return train(config, new Material.OfText(text), out, resume, job, reports, listener);
    }

    @Override
    public Result train(TrainingConfig config, PreparedData data, Path out, boolean resume, Job job, Consumer<Report> reports,
            StepListener listener) {
        Material material = new Material.OfIds(data);
        return train(material.decided(config).requireValid(), material, out, resume, job, reports, listener);
    }

    private Result train(TrainingConfig config, Material material, Path out, boolean resume, Job job, Consumer<Report> reports,
            StepListener listener) {
        List<String> memoryNames = optimizerMemory(config);
        requireAlgorithm("schedule", config.schedule());
        requireAlgorithm("batches", config.batches());
        CheckpointFolder folder = new CheckpointFolder(out, store, files);
        try (FolderClaim _ = FolderClaim.of(out)) {
            return (resume ? resumed(config, material, folder, memoryNames, job, reports, listener)
                    : begun(config, material, folder, memoryNames, job, reports, listener)).run();
        } catch (IOException e) {
            throw new Problem("cannot claim the folder " + out, e.toString(), "check it, and that the system's temporary folder can be written",
                    Problem.FAILED, e);
        }
    }

    @Override
    public Learner learner(TrainingConfig config, TokenSource ids, StepListener listener) {
        config.requireValid();
        requireAlgorithm("schedule", config.schedule());
        requireAlgorithm("batches", config.batches());
        Dataset.requireWindow("training", ids, config.model().contextLength());
        ModelWeights weights = ModelWeights.initialize(config.model(), config.seed());
        return new SingleSteps(assemblies, new TransformerModel(config.model(), weights),
                OptimizerMemory.zeros(optimizerMemory(config), weights), config,
                LearnedWindows.of(config, ids, DocumentEnds.of(ids.size()), assemblies), listener);
    }

    private TrainingRun begun(TrainingConfig config, Material material, CheckpointFolder folder, List<String> memoryNames, Job job,
            Consumer<Report> reports, StepListener listener) {
        Tokenizer tokenizer = tokenizer(config, material);
        TrainingConfig complete = config.withVocabSize(vocabSize(config.model(), tokenizer));
        Dataset data = material.dataset(tokenizer, config);
        ModelWeights weights = ModelWeights.initialize(complete.model(), config.seed());
        String name = String.valueOf(folder.path().toAbsolutePath().normalize().getFileName());
        LoadedModel model = new LoadedModel(name, new TransformerModel(complete.model(), weights), tokenizer);
        Checkpoint start = new Checkpoint(complete, 0, data.fingerprint(), Double.NaN, Double.NaN);
        return new TrainingRun(assemblies, start, data, model, OptimizerMemory.zeros(memoryNames, weights), folder, job, reports, listener);
    }

    private TrainingRun resumed(TrainingConfig config, Material material, CheckpointFolder folder, List<String> memoryNames, Job job,
            Consumer<Report> reports, StepListener listener) {
        Checkpoint start = Checkpoint.find(folder.path()).orElseThrow(() -> Problem.failed("cannot resume from " + folder.path(),
                "it holds no checkpoint of a training run", "leave --resume out to begin a run, or give the folder of one"));
        LoadedModel model = folder.model();
        requireSame(config, start, material, model, folder.path());
        Dataset data = material.dataset(model.tokenizer(), config);
        OptimizerMemory memory = OptimizerMemory.restored(memoryNames, model.model().weights(), folder.memory(), folder.path());
        TrainingConfig merged = start.config().changed("reportEvery", config.reportEvery()).changed("saveEvery", config.saveEvery());
        Checkpoint now = new Checkpoint(merged, start.step(), start.fingerprint(), start.valLoss(), start.bestValLoss());
        return new TrainingRun(assemblies, now, data, model, memory, folder, job, reports, listener);
    }

    private static void requireSame(TrainingConfig config, Checkpoint start, Material material, LoadedModel model, Path out) {
        TrainingConfig then = start.config();
        boolean filledIn = config.model().vocabSize() == TrainingConfig.VOCABULARY_OF_TEXT;
        List<String> differences = then.differences(filledIn ? config.withVocabSize(then.model().vocabSize()) : config, FREE);
        if (!material.fingerprint().equals(start.fingerprint())) {
            differences.add(material.another());
        }
        if (model.tokenizer() == null) {
            differences.add("its tokenizer cannot be read (" + model.noTokenizer() + ")");
        } else if (model.tokenizer().vocabSize() > then.model().vocabSize()) {
            differences.add("its tokenizer.json has " + model.tokenizer().vocabSize() + " tokens, the run had "
                    + then.model().vocabSize());
        }
        if (!model.model().config().equals(then.model())) {
            differences.add("its config.json describes another model than its training.json");
        }
        if (!differences.isEmpty()) {
            throw Problem.failed("cannot resume from " + out, "a resumed run must be the one that stopped, but: " + String.join("; ", differences),
                    "give the text and the settings of that run, or begin another run in another folder");
        }
    }

    private Tokenizer tokenizer(TrainingConfig config, Material material) {
        requireKnown("tokenizer", config.tokenizer(), names("tokenizer", Candidate::name));
        return material.tokenizer(config, assemblies);
    }

    private static int vocabSize(ModelConfig model, Tokenizer tokenizer) {
        if (model.vocabSize() != TrainingConfig.VOCABULARY_OF_TEXT && model.vocabSize() < tokenizer.vocabSize()) {
            throw Problem.misused("the vocabulary does not fit", "the text has " + tokenizer.vocabSize() + " tokens, model.vocabSize is "
                    + model.vocabSize(), "set model.vocabSize to " + TrainingConfig.VOCABULARY_OF_TEXT + " for as many as the text has");
        }
        return Math.max(model.vocabSize(), tokenizer.vocabSize());
    }

    private List<String> optimizerMemory(TrainingConfig config) {
        requireAlgorithm("optimizer", config.optimizer());
        String name = assemblies.current().serving("optimizer", config.optimizer()).map(Candidate::name)
                .orElseGet(() -> assemblies.current().candidates("optimizer").stream()
                        .filter(c -> c.algorithm().equals(config.optimizer())).findFirst().orElseThrow().name());
        try (Assemblies.Held<Optimizer> held = assemblies.hold(Optimizer.class, name)) {
            return List.copyOf(held.provider().memory());
        }
    }

    /** A run waits for a provider that is away, but not for one that nobody has ever seen: that is a slip of the fingers. */
    private void requireAlgorithm(String slot, String algorithm) {
        requireKnown(slot, algorithm, names(slot, Candidate::algorithm));
    }

    private Set<String> names(String slot, Function<Candidate, String> name) {
        Set<String> names = new TreeSet<>();
        assemblies.current().candidates(slot).forEach(candidate -> names.add(name.apply(candidate)));
        return names;
    }

    private static void requireKnown(String slot, String name, Set<String> known) {
        if (!known.contains(name)) {
            throw Problem.misused("there is no " + slot + " " + name, "the workbench has " + known, Names.suggestion(name, known));
        }
    }

    @Override
    public Evaluation evaluate(LoadedModel model, String text, Job job) {
        Dataset.requireText(text);
        return evaluate(model, TokenSource.over(model.requireTokenizer().encode(text)), job);
    }

    @Override
    public Evaluation evaluate(LoadedModel model, TokenSource ids, Job job) {
        try (WindowLoss loss = new WindowLoss(model.model(), assemblies, StepListener.NONE)) {
            long windows = loss.windows(ids);
            if (windows == 0) {
                throw Problem.failed("the text is too short", "it has " + ids.size() + " tokens; one window needs "
                        + (model.model().config().contextLength() + 1), "give a longer text");
            }
            job.total(windows);
            return loss.measure(ids, Long.MAX_VALUE, job::advance);
        }
    }
}
