package org.llmsys.training.internal;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFiles;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.llmsys.training.Dataset;
import org.llmsys.training.TrainingConfig;
import org.llmsys.training.data.PreparedData;

/** What a run learns from: a text, or ids that were prepared of one. */
sealed interface Material {

    /** By which a resumed run knows it again. */
    String fingerprint();

    /** What is said when it is not the same. */
    String another();

    /** The configuration with what this decides instead. */
    TrainingConfig decided(TrainingConfig config);

    /** Of a run that begins. */
    Tokenizer tokenizer(TrainingConfig config, Assemblies assemblies);

    Dataset dataset(Tokenizer tokenizer, TrainingConfig config);

    /** A text: its vocabulary is learned from it. */
    record OfText(String text) implements Material {

        public OfText {
            Dataset.requireText(text);
        }

        @Override
        public String fingerprint() {
            return Dataset.fingerprint(text);
        }

        @Override
        public String another() {
            return "the text is another one";
        }

        @Override
        public TrainingConfig decided(TrainingConfig config) {
            return config;
        }

        @Override
        public Tokenizer tokenizer(TrainingConfig config, Assemblies assemblies) {
            try (Assemblies.Held<TokenizerType> type = assemblies.hold(TokenizerType.class, config.tokenizer())) {
                return type.provider().train(text, TrainingSettings.DEFAULTS, Job.silent("learn a vocabulary"));
            }
        }

        @Override
        public Dataset dataset(Tokenizer tokenizer, TrainingConfig config) {
            return Dataset.of(text, tokenizer, config.validation(), config.model().contextLength());
        }
    }

    /** Prepared data: the tokenizer lies beside it, and it is split already. */
    record OfIds(PreparedData data) implements Material {

        @Override
        public String fingerprint() {
            return data.fingerprint();
        }

        @Override
        public String another() {
            return "the data is other data";
        }

        @Override
        public TrainingConfig decided(TrainingConfig config) {
            return config.withTokenizer(data.manifest().tokenizerType()).changed("validation", data.manifest().settings().validation());
        }

        @Override
        public Tokenizer tokenizer(TrainingConfig config, Assemblies assemblies) {
            Tokenizer tokenizer = TokenizerFiles.read(data.tokenizer(), assemblies);
            if (tokenizer.vocabSize() != data.manifest().vocabSize()) {
                throw Problem.failed("the tokenizer " + data.tokenizer() + " does not fit its data", "it has " + tokenizer.vocabSize()
                        + " tokens, the data " + data.manifest().vocabSize(), "prepare the data again");
            }
            return tokenizer;
        }

        @Override
        public Dataset dataset(Tokenizer tokenizer, TrainingConfig config) {
            return data.dataset().requireWindows(config.model().contextLength());
        }
    }
}
