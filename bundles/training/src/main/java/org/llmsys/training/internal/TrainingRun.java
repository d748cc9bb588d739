package org.llmsys.training.internal;

import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.CommitFault;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.inference.LoadedModel;
import org.llmsys.training.Checkpoint;
import org.llmsys.training.Dataset;
import org.llmsys.training.OptimizerMemory;
import org.llmsys.training.Trainer.Report;
import org.llmsys.training.Trainer.Result;
import org.llmsys.training.TrainingConfig;
import org.llmsys.training.data.Windows;

/** One run: its weights, its memory, where it stands; steps until the end, with reports and checkpoints on the way. For one thread. */
final class TrainingRun {

    private static final long WINDOWS_A_REPORT = 64;
    private static final double NANOS = 1e9;

    private final Assemblies assemblies;
    private final TrainingConfig config;
    private final Dataset data;
    private final Windows windows;
    private final LoadedModel model;
    private final OptimizerMemory memory;
    private final CheckpointFolder folder;
    private final Job job;
    private final Consumer<Report> reports;
    private final StepListener listener;
    private final SampleWriter samples;

    private long done;
    private long saved;
    private double valLoss;
    private double bestValLoss;
    private final long startNanos = System.nanoTime();
    private final long startStep;
    private long learningNanos;
    private long learnedSteps;

    /** @param start where the run stands at first */
    TrainingRun(Assemblies assemblies, Checkpoint start, Dataset data, LoadedModel model, OptimizerMemory memory, CheckpointFolder folder,
            Job job, Consumer<Report> reports, StepListener listener) {
        this.assemblies = assemblies;
        this.config = start.config();
        this.data = data;
        this.windows = LearnedWindows.of(config, data.training(), data.documents(), assemblies);
        this.model = model;
        this.memory = memory;
        this.folder = folder;
        this.job = job;
        this.reports = reports;
        this.listener = listener;
        this.samples = new SampleWriter(assemblies, model, data.training());
        this.done = start.step();
        this.saved = start.step() == 0 ? -1 : start.step();
        this.startStep = start.step();
        this.valLoss = start.valLoss();
        this.bestValLoss = start.bestValLoss();
    }

    Result run() {
        folder.rehearse(model, memory, state());
        job.total(config.steps());
        job.startAt(done);
        try (LearningStep learning = new LearningStep(model.model(), memory, config, windows);
                StepRunner<TrainingPlan> runner = assemblies.runner("train",
                needs -> TrainingPlan.build(model.model(), config, needs), listener);
                WindowLoss validation = new WindowLoss(model.model(), assemblies, listener)) {
            while (done < config.steps()) {
                long before = System.nanoTime();
                LearningStep.Outcome outcome = learning.run(runner, done);
                done++;
                learningNanos += System.nanoTime() - before;
                learnedSteps++;
                boolean last = done == config.steps();
                if (done == 1 || last || done % config.reportEvery() == 0) {
                    report(outcome, validation, last);
                }
                if (!last && done % config.saveEvery() == 0) {
                    saveOrWarn();
                }
                job.advance(done);
            }
            if (startStep == config.steps()) {               // resumed at its end: the last report may have been cut off
                measure(validation, Long.MAX_VALUE);
            }
        } catch (CancellationException e) {
            throw cancelled();
        } catch (CommitFault e) {
            throw new Problem("training stopped in step " + (done + 1) + ": " + e.getMessage(),
                    "weights may have been changed by half, so they were thrown away; " + lastGood(),
                    "choose another optimizer (`use optimizer NAME`) and go on with --resume", Problem.FAILED, e);
        } catch (Problem e) {
            throw new Problem(e.getMessage(), e.why() + "; training stopped after step " + done + ", " + lastGood(), e.fix(),
                    e.exitStatus(), e);
        }
        save();
        return new Result(model, folder.path(), done, valLoss, (System.nanoTime() - startNanos) / NANOS);
    }

    private void report(LearningStep.Outcome outcome, WindowLoss validation, boolean last) {
        measure(validation, last ? Long.MAX_VALUE : WINDOWS_A_REPORT);
        String sample = samples.write(config.seed() + done);
        double tokens = (double) learnedSteps * config.batchSize() * config.model().contextLength();
        double secondsAStep = (System.nanoTime() - startNanos) / NANOS / (done - startStep);
        reports.accept(new Report(done, outcome.loss(), valLoss, outcome.learningRate(), outcome.gradNorm(),
                tokens * NANOS / learningNanos, (config.steps() - done) * secondsAStep, sample));
        learningNanos = 0;
        learnedSteps = 0;
    }

    private void measure(WindowLoss validation, long most) {
        if (data.validation().size() > 0) {
            valLoss = validation.measure(data.validation(), most, windows -> job.checkpoint()).loss();
            bestValLoss = bestValLoss <= valLoss ? bestValLoss : valLoss;
        }
    }

    private Checkpoint state() {
        return new Checkpoint(config, done, data.fingerprint(), valLoss, bestValLoss);
    }

    private void save() {
        if (saved != done) {
            folder.save(model, memory, state());
            saved = done;
        }
    }

    /** In the middle of a run a disk that is full now may have room at the next checkpoint; the last good one is still there. */
    private void saveOrWarn() {
        try {
            save();
        } catch (Problem e) {
            job.say("not saved at step " + done + ": " + e.why() + "; training goes on, " + lastGood());
        }
    }

    private CancellationException cancelled() {
        boolean interrupted = Thread.interrupted();          // an interrupted thread cannot write files
        try {
            save();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return new CancellationException("training stopped after step " + done + " of " + config.steps() + "; it is saved in " + folder.path()
                + " and can be resumed");
    }

    private String lastGood() {
        return saved < 0 ? "and nothing had been saved yet" : "the checkpoint of step " + saved + " is in " + folder.path();
    }
}
