package org.llmsys.shell.internal.bench;

import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.llmsys.inference.LoadedModel;
import org.llmsys.tensor.BlockFormat;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.StoredWeight;
import org.llmsys.transformer.StoredWeight.Role;
import org.llmsys.transformer.TransformerModel;
import org.llmsys.transformer.WeightArrangement;

/**
 * A model whose weights are drawn at random, always the same ones.
 *
 * <p>The vector of id 1 is made so short that no model ever finds it likely: llama2.c's program ends a text there.
 *
 * @param config its shape
 * @param wide   its weights in F32
 * @param type   in which it is computed with
 */
record RandomModel(String name, ModelConfig config, ModelWeights wide, DType type) {

    private static final int NEVER_WRITTEN = 1;
    private static final float SHORT = 1e-3f;
    private static final long SEED = 1;

    static RandomModel of(ModelShape shape, DType type) {
        ModelConfig config = shape.config();
        ModelWeights weights = ModelWeights.initialize(config, SEED);
        Tensor table = weights.all().get(config.tiedOutput() ? "wte.weight" : "lm_head.weight").value();                         // (V,C)
        for (int c = 0; c < config.embeddingDim(); c++) {
            table.set(table.get(NEVER_WRITTEN, c) * SHORT, NEVER_WRITTEN, c);
        }
        return new RandomModel(shape.name(), config, weights, type);
    }

    /** As people write it. */
    static String name(DType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    /** Ready to write with. */
    LoadedModel loaded() {
        return new LoadedModel(name, new TransformerModel(config, WeightArrangement.forReading(wide, config, type)), null);
    }

    /**
     * Bytes of weights that a token needs: every matrix whole, of tables that are only looked up one row. Keys and values come on top, which
     * are few as long as the text is short.
     */
    long bytesPerToken() {
        Map<String, StoredWeight> stored = StoredWeight.of(config).stream().collect(Collectors.toMap(StoredWeight::name, Function.identity()));
        return wide.all().entrySet().stream().mapToLong(entry -> {
            Tensor weight = entry.getValue().value();
            long inputs = stored.get(entry.getKey()).role() == Role.LINEAR ? weight.shape().extent(0)
                    : weight.shape().extent(weight.shape().rank() - 1);
            boolean whole = !type.blocked() || inputs % BlockFormat.SIZE == 0;
            return switch (stored.get(entry.getKey()).role()) {
                case LINEAR, OUTPUT -> (whole ? type : DType.F32).bytes(weight.shape().size());
                case LOOKUP -> DType.F32.bytes(weight.shape().extent(1));
                case VECTOR -> DType.F32.bytes(weight.shape().size());
            };
        }).sum();
    }
}
