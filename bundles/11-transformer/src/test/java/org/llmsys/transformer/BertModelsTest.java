package org.llmsys.transformer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Pass;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.StoredWeight.Part;

/** The family bert, against numbers that were taken from Hugging Face transformers. */
class BertModelsTest {

    private static final double TOLERANCE = 1e-4;

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();

    /** B, T, what each token is, and what transformers makes of it (B,T,C). */
    private record Case(int[] ids, int[] types, int[] lengths, float[] states) {
    }

    /** The rows that are no padding: what stands in the others means nothing. */
    private static void assertStates(Case c, Tensor states, String model) {
        int length = c.ids().length / c.lengths().length;
        int width = states.shape().intExtent(2);
        for (int b = 0; b < c.lengths().length; b++) {
            for (int t = 0; t < c.lengths()[b]; t++) {
                for (int i = 0; i < width; i++) {
                    float expected = c.states()[(b * length + t) * width + i];
                    assertEquals(expected, states.get(b, t, i), TOLERANCE, model + " (" + b + ", " + t + ", " + i + ")");
                }
            }
        }
    }

    private Tensor states(TransformerModel model, int[] ids, int[] types, Sequences.Fresh sequences) {
        try (StepRunner<TransformerEncoder> runner = assemblies.runner("test", model.encoderBlueprint(), StepListener.NONE)) {
            return runner.run((network, step) -> {
                try (Pass pass = Pass.inference(step, TensorAllocator.heap(), "test")) {
                    return network.forward(ids, types, sequences, pass).value().copy();
                }
            });
        }
    }

    /** A small encoder whose weights are sines of their places: numbers that need no file. */
    private static TransformerModel ofSines() {
        ModelConfig config = ModelConfigJson.read("""
                {"model_type":"bert","vocab_size":7,"hidden_size":4,"num_hidden_layers":2,"num_attention_heads":2,"intermediate_size":6,
                 "max_position_embeddings":5,"type_vocab_size":2,"layer_norm_eps":1e-12,"hidden_act":"gelu","hidden_dropout_prob":0.1}""");
        Map<String, Tensor> weights = new LinkedHashMap<>();
        int place = 0;
        for (StoredWeight stored : StoredWeight.of(config)) {
            List<Tensor> parts = new ArrayList<>();
            for (Part part : stored.parts()) {
                Tensor tensor = Tensor.zeros(part.shape().extents());
                for (int i = 0; i < tensor.size(); i++) {
                    tensor.floats()[i] = (float) Math.sin(++place);
                }
                parts.add(tensor);
            }
            weights.put(stored.name(), WeightArrangement.weight(stored, parts));
        }
        return new TransformerModel(config, new ModelWeights(weights));
    }

    @Test
    @DisplayName("an encoder of sines gives the numbers of transformers, in a batch with padding and alone")
    void literalValues() {
        // BertModel of transformers with the same weights; ids 3 1 4 | 6 5 0 with types 0 0 1 | 1 0 0, of which 3 and 2 tokens are no padding
        float[] expected = {-0.541973f, -0.991710f, 0.153911f, -0.687550f,
            -0.544108f, -0.991906f, 0.151505f, -0.686298f, -0.535224f, -0.991066f, 0.161522f, -0.691690f,
            -0.532675f, -0.991045f, 0.163784f, -0.691147f, -0.572123f, -0.994607f, 0.118598f, -0.667683f, 0, 0, 0, 0};
        Case c = new Case(new int[] {3, 1, 4, 6, 5, 0}, new int[] {0, 0, 1, 1, 0, 0}, new int[] {3, 2}, expected);
        assertStates(c, states(ofSines(), c.ids(), c.types(), Sequences.padded(3, 2)), "sines");
        Tensor alone = states(ofSines(), new int[] {6, 5}, new int[] {1, 0}, new Sequences.Fresh(1));
        for (int t = 0; t < 2; t++) {
            for (int i = 0; i < 4; i++) {
                assertEquals(expected[12 + 4 * t + i], alone.get(0, t, i), TOLERANCE);
            }
        }
    }

    @Test
    @DisplayName("an encoder does not write, a decoder is no encoder; a wrong type, types where there are none, and what is no BERT are refused")
    void refuses() {
        TransformerModel encoder = ofSines();
        assertTrue(assertThrows(Problem.class, () -> encoder.network(null)).getMessage().contains("does not write"));
        assertThrows(Problem.class, () -> new TransformerModel(ModelPresets.named("tiny"), encoder.weights()).encoder(null));
        assertThrows(Problem.class, () -> states(encoder, new int[] {1}, new int[] {2}, new Sequences.Fresh(1)));
        assertThrows(Problem.class, () -> ModelConfigJson.read("""
                {"model_type":"bert","vocab_size":7,"hidden_size":4,"num_hidden_layers":2,"num_attention_heads":2,"intermediate_size":6,
                 "max_position_embeddings":5,"position_embedding_type":"relative_key"}"""));
        assertThrows(Problem.class, () -> ModelConfigJson.write(encoder.config().withCausal(true)));
        ModelConfig untyped = ModelPresets.named("tiny").withCausal(false);
        TransformerModel plain = new TransformerModel(untyped, ModelWeights.initialize(untyped, 1));
        assertEquals(Shape.of(1, 2, 32), states(plain, new int[] {1, 2}, null, new Sequences.Fresh(1)).shape());
        assertThrows(Problem.class, () -> states(plain, new int[] {1}, new int[] {0}, new Sequences.Fresh(1)));
    }
}
