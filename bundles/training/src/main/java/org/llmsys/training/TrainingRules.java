package org.llmsys.training;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Problem;

/** What the values of a configuration may be; the model's own are checked by its {@link org.llmsys.transformer.ModelConfig}. */
final class TrainingRules {

    private final List<String> wrong = new ArrayList<>();

    private TrainingRules() {
    }

    /** @throws Problem that lists every value outside its range */
    static void check(TrainingConfig c) {
        TrainingRules rules = new TrainingRules();
        rules.named("tokenizer", c.tokenizer());
        rules.named("optimizer", c.optimizer());
        rules.named("schedule", c.schedule());
        rules.named("batches", c.batches());
        rules.range("stride", c.stride(), 0, c.model().contextLength());
        rules.range("batchSize", c.batchSize(), 1, 1 << 16);
        rules.range("steps", c.steps(), 1, Long.MAX_VALUE);
        rules.range("learningRate", c.learningRate(), 0, 10);
        rules.range("minLearningRate", c.minLearningRate(), 0, c.learningRate());
        rules.range("warmupSteps", c.warmupSteps(), 0, Long.MAX_VALUE);
        rules.range("beta1", c.beta1(), 0, Math.nextDown(1.0));
        rules.range("beta2", c.beta2(), 0, Math.nextDown(1.0));
        rules.range("adamEps", c.adamEps(), Double.MIN_NORMAL, 1);
        rules.range("momentum", c.momentum(), 0, Math.nextDown(1.0));
        rules.range("weightDecay", c.weightDecay(), 0, 100);
        rules.range("gradientClip", c.gradientClip(), 0, Double.MAX_VALUE);
        rules.range("validation", c.validation(), 0, 0.9);
        rules.range("reportEvery", c.reportEvery(), 1, Long.MAX_VALUE);
        rules.range("saveEvery", c.saveEvery(), 1, Long.MAX_VALUE);
        if (!rules.wrong.isEmpty()) {
            throw Problem.misused("cannot train with this configuration", String.join("; ", rules.wrong),
                    "change these values; a preset such as tiny or char-small has good ones");
        }
    }

    private void named(String what, String value) {
        if (value == null || value.isBlank()) {
            wrong.add(what + " is empty");
        }
    }

    private void range(String what, long value, long least, long most) {
        if (value < least || value > most) {
            wrong.add(what + " is " + value + ", not " + least + (most == Long.MAX_VALUE ? " or more" : " to " + most));
        }
    }

    private void range(String what, double value, double least, double most) {
        if (!(value >= least && value <= most)) {                // so that NaN is outside too
            wrong.add(what + " is " + value + ", not " + least + " to " + most);
        }
    }
}
