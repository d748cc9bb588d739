package org.llmsys.transformer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;

/** The code of the room's README runs here, and gives what the README says. */
class ReadmeTest {

    @Test
    @DisplayName("the table, and an encoder and a decoder over two texts of unequal length")
    void examples() {
        ModelConfig config = ModelPresets.named("tiny").withVocabSize(12);
        String table = ModelSummary.of(config, 1, 32).toString();
        assertTrue(table.contains("(1, 32, 32)") && table.contains("384") && table.contains("26,144"), table);

        Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
        EncoderDecoderModel model = EncoderDecoderModel.initialize(config.withCausal(false), config, 1);
        try (StepRunner<EncoderDecoderNetwork> runner = assemblies.runner("readme", model.blueprint(), StepListener.NONE)) {
            Tensor logits = runner.run((network, step) -> {
                try (Pass pass = Pass.inference(step, TensorAllocator.heap(), "readme")) {
                    Sequences.Fresh sources = Sequences.padded(3, 2);                                           // two texts, filled up to three ids
                    Variable memory = network.encode(new int[] {1, 2, 3, 4, 5, 0}, sources, pass);              // (B,S,C)
                    return network.decode(new int[] {10, 10}, new Sequences.Fresh(2), memory, sources, true, pass).value().copy();
                }
            });
            assertEquals("(2, 1, 12)", logits.shape().toString());
        }
    }

    @Test
    @DisplayName("a Llama's config.json: the preset stories15M")
    void downloaded() {
        ModelConfig llama = ModelConfigJson.read("""
                {"model_type": "llama", "vocab_size": 32000, "hidden_size": 288, "intermediate_size": 768, "num_hidden_layers": 6,
                 "num_attention_heads": 6, "max_position_embeddings": 256, "tie_word_embeddings": true}""");
        assertEquals(15_191_712, llama.parameterCount());
        assertEquals(ModelPresets.named("stories15M").parameterCount(), llama.parameterCount());
    }
}
