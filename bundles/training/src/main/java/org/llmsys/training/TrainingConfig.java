package org.llmsys.training;

import org.llmsys.transformer.ModelConfig;

/**
 * Everything a run is determined by, besides its text. {@code model.vocabSize()} is 0 in a preset: the tokenizer fills it in.
 *
 * @param tokenizer   name in slot tokenizer
 * @param validation  share of the text, at its end, that is kept for validation
 * @param reportEvery steps between reports with validation loss
 * @param saveEvery   steps between checkpoints
 */
public record TrainingConfig(String preset, ModelConfig model, String tokenizer, String optimizer, String schedule, String batches,
        int batchSize, long steps, double learningRate, double minLearningRate, long warmupSteps, double beta1, double beta2, double adamEps,
        double weightDecay, double gradientClip, double validation, long seed, long reportEvery, long saveEvery) {
}
