package org.llmsys.transformer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.tensor.Shape;
import org.llmsys.transformer.ModelSummary.Row;

class ModelSummaryTest {

    @Test
    @DisplayName("a model of one block, row by row, counted by hand")
    void byHand() {
        ModelConfig config = new ModelConfig("gpt2", 5, 3, 2, 1, 1, 1, 4, 1e-5f, 10000, true, true, "pre-norm", "layernorm", "learned", "gelu-mlp", "gelu", 0);
        ModelSummary summary = ModelSummary.of(config, 2, 3);
        Shape c = Shape.of(2, 3, 2);
        assertEquals(List.of(new Row("wte", 0, c, 10, 40), new Row("wpe", 0, c, 6, 24), new Row("h.0", 0, c, 54, 216), new Row("ln_1", 1, c, 4, 16),
                new Row("attn.c_attn", 1, Shape.of(2, 3, 6), 18, 72), new Row("attn.c_proj", 1, c, 6, 24), new Row("ln_2", 1, c, 4, 16),
                new Row("mlp.c_fc", 1, Shape.of(2, 3, 4), 12, 48), new Row("mlp.c_proj", 1, c, 10, 40), new Row("ln_f", 0, c, 4, 16),
                new Row("lm_head", 0, Shape.of(2, 3, 5), 0, 0)), summary.rows());
        assertEquals(74, summary.parameters());
        assertEquals(296, summary.bytes());
        assertTrue(summary.toString().contains("  attn.c_attn            (2, 3, 6)                         18                72\n"), summary.toString());
        assertTrue(summary.toString().contains("lm_head (tied to wte)"), summary.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny", "char-small", "gpt2", "stories15M", "stories260K"})
    @DisplayName("the totals are those of the configuration, for every preset and every kind of block, as a decoder and as an encoder")
    void totals(String preset) {
        for (String block : List.of("pre-norm", "post-norm", "parallel")) {
            for (boolean causal : new boolean[] {true, false}) {
                ModelConfig config = ModelPresets.named(preset).withBlock(block).withCausal(causal);
                ModelSummary summary = ModelSummary.of(config, 1, 7);
                assertEquals(config.parameterCount(), summary.parameters());
                assertEquals(4 * config.parameterCount(), summary.bytes());
            }
        }
        TransformerModel small = new TransformerModel(ModelPresets.named("tiny"), ModelWeights.initialize(ModelPresets.named("tiny"), 1));
        assertEquals(small.weights().bytes(), small.summary(1, 7).bytes());
    }
}
