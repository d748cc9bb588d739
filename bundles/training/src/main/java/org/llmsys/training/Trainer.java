package org.llmsys.training;

import java.nio.file.Path;
import java.util.function.Consumer;

import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.LoadedModel;
import org.llmsys.training.data.PreparedData;
import org.llmsys.training.data.TokenSource;
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

    /**
     * Learns from prepared data, which stays open until the run has ended; its tokenizer and its split are the data's own. All else as with
     * a text.
     */
    Result train(TrainingConfig config, PreparedData data, Path out, boolean resume, Job job, Consumer<Report> reports, StepListener listener);

    /** Mean loss over a text in non-overlapping windows of the model's context length. */
    Evaluation evaluate(LoadedModel model, String text, Job job);

    /** The same over ids; they are of the model's tokenizer. */
    Evaluation evaluate(LoadedModel model, TokenSource ids, Job job);

    /**
     * A new model that learns step by step, for those who look at the steps themselves: the very step of {@link #train}, without
     * reports, checkpoints or anything else that is written.
     *
     * @param config with the vocabulary's size in its model
     * @param ids    to learn from, at least contextLength+1 of them
     */
    default Learner learner(TrainingConfig config, int[] ids, StepListener listener) {
        return learner(config, TokenSource.over(ids), listener);
    }

    /** The same for ids that need not be in memory; they stay open as long as the learner. */
    Learner learner(TrainingConfig config, TokenSource ids, StepListener listener);

    /** What {@link #learner} gives. For one thread; close it after use. */
    @ProviderType
    interface Learner extends AutoCloseable {

        /**
         * Learns from the next batch: forward, backward, optimizer.
         *
         * @return the loss before the weights moved
         */
        double step();

        /** The next steps are computed by this snapshot's providers instead of those in service; null ends that. */
        void pin(Assembly assembly);

        @Override
        void close();
    }

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
