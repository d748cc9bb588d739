package org.llmsys.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

class RotaryOrderTest {

    private static final String QUERIES = "model.layers.0.self_attn.q_proj.weight";
    private static final String KEYS = "model.layers.0.self_attn.k_proj.bias";
    private static final String OTHER = "model.layers.0.self_attn.v_proj.weight";

    private static ModelFile model(String pairing, Tensor queries) {
        return new ModelFile("""
                {"model_type": "llama", "num_attention_heads": 2, "num_key_value_heads": 1, "llmsys": {"rope_pairing": "%s"}}""".formatted(pairing),
                null, Map.of(QUERIES, queries, KEYS, Tensor.of(Shape.of(6), 10, 20, 11, 21, 12, 22), OTHER, Tensor.of(Shape.of(2, 1), 5, 6)), Map.of());
    }

    @Test
    @DisplayName("two heads of four rows and a bias of one head of six: first members of the pairs, then second ones; values stay")
    void byHand() {
        ModelFile turned = RotaryOrder.halfSplit(model("interleaved", Tensor.of(Shape.of(8, 1), 1, 2, 3, 4, 5, 6, 7, 8)));
        assertArrayEquals(new float[] {1, 3, 2, 4, 5, 7, 6, 8}, turned.tensors().get(QUERIES).floats());
        assertEquals(Shape.of(8, 1), turned.tensors().get(QUERIES).shape());
        assertArrayEquals(new float[] {10, 11, 12, 20, 21, 22}, turned.tensors().get(KEYS).floats());
        assertArrayEquals(new float[] {5, 6}, turned.tensors().get(OTHER).floats());
        assertTrue(turned.config().contains("\"rope_pairing\": \"half-split\""), turned.config());
        assertSame(turned, RotaryOrder.halfSplit(turned));
    }

    @Test
    @DisplayName("what is in that order already, and GPT-2, come back as they are; rows that heads cannot share are refused by name")
    void others() {
        ModelFile split = model("half-split", Tensor.zeros(8, 1));
        assertSame(split, RotaryOrder.halfSplit(split));
        ModelFile gpt2 = TinyModels.gpt2("", ", \"llmsys\": {\"rope_pairing\": \"interleaved\"}");
        assertSame(gpt2, RotaryOrder.halfSplit(gpt2));
        Problem problem = assertThrows(Problem.class, () -> RotaryOrder.halfSplit(model("interleaved", Tensor.zeros(6, 1))));
        assertTrue(problem.why().contains("q_proj") && problem.why().contains("(6, 1)"), problem.text());
    }
}
