package org.llmsys.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.llmsys.transformer.ModelConfig;

/**
 * Everything a run is determined by, besides its text. {@code model.vocabSize()} is {@link #VOCABULARY_OF_TEXT} in a
 * preset: the tokenizer fills it in.
 *
 * <p>As JSON the names are those of the components here and in {@link ModelConfig}. A file needs to give only what differs from the preset
 * that it names:
 *
 * <pre>{@code
 * {"preset": "char-small", "steps": 500, "model": {"numLayers": 2}}
 * }</pre>
 *
 * @param preset          name of the preset it came from
 * @param tokenizer       name in slot tokenizer
 * @param optimizer       algorithm in slot optimizer
 * @param schedule        algorithm in slot schedule
 * @param batches         algorithm in slot batches
 * @param stride          how far apart windows begin; 0: as the source of batches has it, 1 or contextLength
 * @param keepRest        whether what fills no window is learned too, as a shorter one
 * @param withinDocuments whether no window may see two documents; a text is one document
 * @param batchSize       B, windows a step learns from
 * @param steps           steps in all
 * @param learningRate    highest learning rate
 * @param minLearningRate last learning rate
 * @param warmupSteps     steps to rise to the highest
 * @param beta1           how slowly the mean of the gradients forgets, from 0 up to 1
 * @param beta2           how slowly the mean of their squares forgets
 * @param adamEps         added to the root of that mean
 * @param momentum        how much of its speed a weight keeps, for optimizer momentum
 * @param nesterov        whether to look one step of the speed ahead
 * @param weightDecay     pull to zero, on tensors of rank 2 or more
 * @param gradientClip    longest gradient, all weights together; 0 for any
 * @param validation      share of the text, at its end, that is kept for validation; 0 for none
 * @param seed            of first weights, windows, dropout and samples
 * @param reportEvery     steps between reports with validation loss
 * @param saveEvery       steps between checkpoints
 */
public record TrainingConfig(String preset, ModelConfig model, String tokenizer, String optimizer, String schedule, String batches, int stride,
        boolean keepRest, boolean withinDocuments, int batchSize, long steps, double learningRate, double minLearningRate, long warmupSteps, double beta1, double beta2, double adamEps,
        double momentum, boolean nesterov, double weightDecay, double gradientClip, double validation, long seed, long reportEvery, long saveEvery) {

    /** As {@code vocabSize}: as many as the text has. No model has a vocabulary of one. */
    public static final int VOCABULARY_OF_TEXT = 1;

    /**
     * Reads a configuration; what the JSON leaves out is taken from the preset it names ({@code tiny} if it names none).
     *
     * @param source whose JSON it is, for messages
     * @throws org.llmsys.assembly.Problem for damaged JSON, an unknown name or preset, a value of a wrong type or outside its range
     */
    public static TrainingConfig fromJson(String json, String source) {
        String preset = RecordJson.text(json, "preset", source);
        TrainingConfig base = Presets.named(preset == null ? Presets.TINY : preset);
        TrainingConfig read = RecordJson.read(json, base, source);
        return (RecordJson.has(json, "model", "headDim", source) ? read : read.withSharedHeads()).requireValid();
    }

    /** With heads that share the features of an embedding, as nearly every model's do: who changes one number need not change the other. */
    private TrainingConfig withSharedHeads() {
        ModelConfig shared = RecordJson.changed(model, "headDim", ModelConfig.sharedFeatures(model.embeddingDim(), model.numHeads()));
        return RecordJson.changed(this, "model", shared);
    }

    /** Every value, one a line. */
    public String toJson() {
        return RecordJson.write(this);
    }

    /**
     * This configuration, when a run can follow it.
     *
     * @throws org.llmsys.assembly.Problem that lists every value outside its range
     */
    public TrainingConfig requireValid() {
        TrainingRules.check(this);
        return this;
    }

    /** What the optimizer needs of this. */
    public LearningRule learningRule() {
        OptimizerSettings settings = new OptimizerSettings(weightDecay, beta1, beta2, adamEps, momentum, 0, nesterov);
        return new LearningRule(optimizer, settings, gradientClip, false);
    }

    /** With another length. */
    public TrainingConfig withSteps(long steps) {
        return changed("steps", steps);
    }

    /** With another seed. */
    public TrainingConfig withSeed(long seed) {
        return changed("seed", seed);
    }

    /** With another tokenizer. */
    public TrainingConfig withTokenizer(String tokenizer) {
        return changed("tokenizer", tokenizer);
    }

    /** With another model. */
    public TrainingConfig withModel(ModelConfig model) {
        return changed("model", model);
    }

    /** With the vocabulary's size in its model. */
    public TrainingConfig withVocabSize(int vocabSize) {
        return withModel(model.withVocabSize(vocabSize));
    }

    /** With another value for one component, by name. */
    public TrainingConfig changed(String component, Object value) {
        return RecordJson.changed(this, component, value);
    }

    /**
     * In what another configuration differs, a sentence for each component: "steps was 200, now it is 400".
     *
     * @param ignored components that may differ
     */
    public List<String> differences(TrainingConfig now, Set<String> ignored) {
        Map<String, Object> values = RecordJson.flat(now);
        List<String> differences = new ArrayList<>();
        RecordJson.flat(this).forEach((name, value) -> {
            if (!ignored.contains(name) && !value.equals(values.get(name))) {
                differences.add(name + " was " + value + ", now it is " + values.get(name));
            }
        });
        return differences;
    }
}
