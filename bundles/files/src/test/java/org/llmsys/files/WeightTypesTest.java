package org.llmsys.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

class WeightTypesTest {

    private static ModelFile converted(ModelFile model, DType type) {
        return WeightTypes.converted(model, type, Job.silent("test"));
    }

    private static DType type(ModelFile model, String name) {
        return model.tensors().get(name).dtype();
    }

    private static ModelFile with(ModelFile model, String name, Tensor tensor) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(model.tensors());
        tensors.put(name, tensor);
        return new ModelFile(model.config(), null, tensors, model.metadata());
    }

    @Test
    @DisplayName("32 awkward numbers become the bytes that gguf.quants of PyPI's gguf 0.17 and later gives for Q8_0 and Q4_0")
    void bytesOfGgml() {
        float[] x = new float[32];
        for (int i = 0; i < 32; i++) {
            x[i] = ((i * 37 + 11) % 64 - 31.5f) / 7 * (i % 5 == 0 ? -3 : 1);
        }
        ModelFile model = with(TinyModels.llama("llama", false, ""), "model.layers.0.mlp.up_proj.weight", Tensor.of(Shape.of(1, 32), x));
        assertEquals("5f2e5818f126ff760ee71cf58104dd12eb9ffad308e1bdef25fed7dbe51bf429fadb", hex(converted(model, DType.Q8_0)));
        assertEquals("523e8e59876a487fa9865a6760a876b98762", hex(converted(model, DType.Q4_0)));
    }

    private static String hex(ModelFile model) {
        return HexFormat.of().formatHex(model.tensors().get("model.layers.0.mlp.up_proj.weight").storage().segment().toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    @DisplayName("matrices and tables get the type, norms stay, the output's table of a Q4_0 model is Q8_0, rows of 40 numbers become F16")
    void typeOfEach() {
        ModelFile model = with(TinyModels.llama("llama", false, ""), "model.layers.1.mlp.down_proj.weight", Tensor.zeros(64, 40));
        ModelFile small = converted(model, DType.Q4_0);
        assertEquals(DType.Q4_0, type(small, "model.layers.0.self_attn.q_proj.weight"));
        assertEquals(DType.Q4_0, type(small, "model.embed_tokens.weight"));
        assertEquals(DType.Q8_0, type(small, "lm_head.weight"));
        assertEquals(DType.F16, type(small, "model.layers.1.mlp.down_proj.weight"));
        assertEquals(DType.F32, type(small, "model.norm.weight"));
        assertEquals(DType.Q8_0, type(converted(TinyModels.llama("llama", true, ""), DType.Q4_0), "model.embed_tokens.weight"));
        assertEquals(DType.Q8_0, type(converted(model, DType.Q8_0), "lm_head.weight"));
        assertEquals(model.tensors().keySet().stream().toList(), small.tensors().keySet().stream().toList());
    }

    @Test
    @DisplayName("GPT-2's matrices stand as (out, in) in blocks and come back as (in, out); its positions stay")
    void gpt2Turns() {
        ModelFile model = TinyModels.gpt2("transformer.", "");
        String name = "transformer.h.0.attn.c_attn.weight";
        Tensor original = model.tensors().get(name);                                     // (32, 96)
        ModelFile blocks = converted(model, DType.Q8_0);
        assertEquals(Shape.of(96, 32), blocks.tensors().get(name).shape());
        assertEquals(DType.F32, type(blocks, "transformer.wpe.weight"));
        assertEquals(DType.F32, type(blocks, "transformer.h.0.attn.c_attn.bias"));
        for (DType wide : new DType[] {DType.F32, DType.F16}) {
            Tensor back = converted(blocks, wide).tensors().get(name);
            assertEquals(wide, back.dtype());
            assertEquals(original.shape(), back.shape());
            assertEquals(original.get(5, 70), back.get(5, 70), 0.5 / 127);
            assertEquals(original.get(31, 2), back.get(31, 2), 0.5 / 127);
        }
        Tensor half = converted(model, DType.BF16).tensors().get(name);
        assertEquals(original.shape(), half.shape());
        assertEquals(original.get(7, 9), half.get(7, 9), 0.5 / 256);
    }

    @Test
    @DisplayName("widening is exact, and a tensor that has the type already is the same tensor")
    void exact() {
        ModelFile half = TinyModels.in(DType.F16, TinyModels.llama("llama", false, ""));
        ModelFile wide = converted(half, DType.F32);
        half.tensors().forEach((name, tensor) -> assertEquals(tensor.get(tensor.shape().rank() == 1 ? new long[] {3} : new long[] {3, 5}),
                wide.tensors().get(name).get(tensor.shape().rank() == 1 ? new long[] {3} : new long[] {3, 5}), name));
        half.tensors().forEach((name, tensor) -> assertSame(tensor, converted(half, DType.F16).tensors().get(name)));
    }

    @Test
    @DisplayName("every tensor with numbers that F16 cannot hold is named; BF16 holds them")
    void tooLarge() {
        ModelFile model = with(with(TinyModels.llama("llama", false, ""), "lm_head.weight", Tensor.of(Shape.of(1, 2), 70000, 1)),
                "model.embed_tokens.weight", Tensor.of(Shape.of(1, 2), 1, -1e30f));
        Problem problem = assertThrows(Problem.class, () -> converted(model, DType.F16));
        assertTrue(problem.why().contains("\"lm_head.weight\"") && problem.why().contains("\"model.embed_tokens.weight\""), problem.text());
        assertEquals(70144, converted(model, DType.BF16).tensors().get("lm_head.weight").get(0, 0));
        assertThrows(Problem.class, () -> converted(model, DType.F64));
        assertThrows(Problem.class, () -> converted(model, DType.I32));
    }

    @Test
    @DisplayName("config.json names the type for other programs, under the key it has; the job counts every byte that was read")
    void configAndJob() {
        ModelFile model = TinyModels.llama("llama", false, ", \"dtype\": \"float32\", \"pad_token_id\": null");
        Job job = Job.silent("test");
        String config = WeightTypes.converted(model, DType.F16, job).config();
        assertTrue(config.contains("\"dtype\": \"float16\"") && !config.contains("torch_dtype") && config.contains("\"pad_token_id\": null"), config);
        assertTrue(converted(TinyModels.gpt2("", ""), DType.BF16).config().contains("\"torch_dtype\": \"bfloat16\""));
        assertEquals(WeightTypes.bytes(model), job.progress().done());
    }
}
