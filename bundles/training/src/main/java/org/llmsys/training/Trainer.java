package org.llmsys.training;

import java.nio.file.Path;
import java.util.function.Consumer;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.LoadedModel;
import org.osgi.annotation.versioning.ProviderType;

/** Runs training. One service, thread-safe. */
@ProviderType
public interface Trainer {

    /**
     * Learns from a text; saves checkpoints in {@code out}; saves too when the job is cancelled, and then ends with
     * {@link java.util.concurrent.CancellationException}.
     *
     * @param resume go on from the checkpoint in {@code out}, bit-identical to a run that never stopped
     */
    Result train(TrainingConfig config, String text, Path out, boolean resume, Job job, Consumer<Report> reports, StepListener listener);

    /** Mean loss over a text in non-overlapping windows of the model's context length. */
    Evaluation evaluate(LoadedModel model, String text, Job job);

    /** One line of a run's history. {@code valLoss} is NaN when it was not measured at this step. */
    record Report(long step, double trainLoss, double valLoss, double learningRate, double gradNorm, double tokensPerSecond,
            double etaSeconds, String sample) {
    }

    /** How a run ended. */
    record Result(LoadedModel model, Path out, long steps, double valLoss, double seconds) {
    }

    /** @param tokens targets that the mean is over */
    record Evaluation(double loss, double perplexity, long tokens) {
    }
}
