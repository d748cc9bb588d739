package org.llmsys.training.internal;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.training.OptimizerMemory;
import org.llmsys.training.Trainer.Learner;
import org.llmsys.training.TrainingConfig;
import org.llmsys.training.data.Windows;
import org.llmsys.transformer.TransformerModel;

/** The step of a run without the run around it. After the last step of its configuration it goes on, at the lowest learning rate. */
final class SingleSteps implements Learner {

    private final LearningStep learning;
    private final StepRunner<TrainingPlan> runner;
    private long done;

    SingleSteps(Assemblies assemblies, TransformerModel model, OptimizerMemory memory, TrainingConfig config, Windows windows,
            StepListener listener) {
        this.learning = new LearningStep(model, memory, config, windows);
        this.runner = assemblies.runner("train", needs -> TrainingPlan.build(model, config, needs), listener);
    }

    @Override
    public double step() {
        return learning.run(runner, done++).loss();
    }

    @Override
    public void pin(Assembly assembly) {
        runner.pin(assembly);
    }

    @Override
    public void close() {
        learning.close();
        runner.close();
        learning.close();
    }
}
