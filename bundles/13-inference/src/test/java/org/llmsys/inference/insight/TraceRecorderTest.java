package org.llmsys.inference.insight;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.files.SafetensorsReader;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.inference.LoadedModel;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelConfigJson;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

/** What a trace shows of a pass, and how it is written. */
class TraceRecorderTest {

    private static final int[] IDS = {3, 1, 4, 1, 5, 9, 2};

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
    private final TraceRecorder recorder = new TraceRecorder(assemblies, StepListener.NONE);
    private final LoadedModel model = InsightModels.gpt2(assemblies);

    @TempDir
    Path folder;

    /** The logits of every position, read as an engine reads: the text in parts of 3, with a cache. */
    private List<float[]> plain(LoadedModel of) {
        List<float[]> rows = new ArrayList<>();
        try (LogitsReader reader = new LogitsReader(assemblies, of, null, IDS.length, StepListener.NONE)) {
            for (int from = 0; from < IDS.length; from += 3) {
                reader.read(Arrays.copyOfRange(IDS, from, Math.min(IDS.length, from + 3)), null, (position, row) -> rows.add(row));
            }
        }
        return rows;
    }

    @Test
    @DisplayName("a trace of everything has each place once, in the order of the computation, and the model's logits; the list of places agrees")
    void everything() {
        Trace trace = recorder.record(model, IDS, TracePattern.ALL);
        assertEquals(2 + 3 * 17 + 2 + 1, trace.places().size());
        assertEquals("hook_embed", trace.places().keySet().iterator().next());
        assertEquals(List.of("a", ",", "b", ",", "c", "g", "."), trace.tokens());
        List<float[]> rows = plain(model);
        for (int t = 0; t < IDS.length; t++) {
            assertArrayEquals(rows.get(t), trace.places().get(Trace.LOGITS).select(0, 0).select(0, t).copy().floats(), 1e-4f);
        }
        List<TracePlace> places = recorder.places(model, IDS);
        assertEquals(List.copyOf(trace.places().keySet()), places.stream().map(TracePlace::name).toList());
        places.forEach(place -> assertEquals(place.shape(), trace.places().get(place.name()).shape(), place.name()));
    }

    @Test
    @DisplayName("scores and pattern are said to be computed again, nothing else is, and the step's kernels are named")
    void saysWhatWasRecomputed() {
        Trace trace = recorder.record(model, IDS, TracePattern.of("blocks.2.*"));
        assertEquals(Set.of("blocks.2.attn.hook_attn_scores", "blocks.2.attn.hook_pattern"), trace.recomputed());
        assertEquals(17, trace.places().size());
        assertTrue(trace.providers().stream().anyMatch(provider -> provider.slot().equals("attention")), trace.providers().toString());
        Tensor pattern = trace.places().get("blocks.2.attn.hook_pattern");
        assertEquals(Shape.of(1, 3, 7, 7), pattern.shape());
        for (int t = 0; t < 7; t++) {
            double sum = 0;
            for (int s = 0; s < 7; s++) {
                sum += pattern.get(0, 1, t, s);
            }
            assertEquals(1, sum, 1e-6);
        }
    }

    @Test
    @DisplayName("globs choose places; the last position's norm is not all that is shown of the norm")
    void chooses() {
        assertEquals(List.of("blocks.0.attn.hook_z", "blocks.1.attn.hook_z", "blocks.2.attn.hook_z"),
                List.copyOf(recorder.record(model, IDS, TracePattern.of(" blocks.*.hook_z , ")).places().keySet()));
        assertEquals(Shape.of(1, 7, 15), recorder.record(model, IDS, TracePattern.of("ln_final.hook_normalized")).places().values().iterator().next()
                .shape());
        Problem nothing = assertThrows(Problem.class, () -> recorder.record(model, IDS, TracePattern.of("blocks.0.attn.hook_patern")));
        assertTrue(nothing.text().contains("hook_pattern"), nothing.text());
        assertThrows(Problem.class, () -> recorder.record(model, IDS, TracePattern.of(",")));
        assertThrows(Problem.class, () -> recorder.record(model, new int[24], TracePattern.ALL));
        assertThrows(Problem.class, () -> recorder.record(model, new int[] {29}, TracePattern.ALL));
    }

    @Test
    @DisplayName("an encoder shows its places too; it has no logits, and its tokens look in both directions")
    void encoder() {
        ModelConfig config = ModelConfigJson.read("""
                {"model_type":"bert","vocab_size":7,"hidden_size":4,"num_hidden_layers":2,"num_attention_heads":2,"intermediate_size":6,
                 "max_position_embeddings":5,"type_vocab_size":2,"layer_norm_eps":1e-12,"hidden_act":"gelu","hidden_dropout_prob":0.1}""");
        LoadedModel bert = new LoadedModel("bert", new TransformerModel(config, ModelWeights.initialize(config, 1)), null);
        Trace trace = recorder.record(bert, new int[] {1, 5, 2}, TracePattern.ALL);
        assertEquals(List.of(), trace.tokens());
        assertEquals("blocks.1.hook_normalized_resid_post", List.copyOf(trace.places().keySet()).getLast());
        assertTrue(trace.places().containsKey("hook_full_embed") && trace.places().containsKey("hook_token_type_embed"), trace.places().keySet()
                .toString());
        assertTrue(trace.places().get("blocks.0.attn.hook_pattern").get(0, 0, 0, 2) > 0);
    }

    @Test
    @DisplayName("the mean of numbers, and how many are behind a mask")
    void statistics() {
        TraceStatistics some = TraceStatistics.of(Tensor.of(Shape.of(2, 2), 1, Float.NEGATIVE_INFINITY, 4, 1));
        assertEquals(new TraceStatistics(2, Math.sqrt(2), 1, 4, 1), some);
        assertTrue(Double.isNaN(TraceStatistics.of(Tensor.of(Shape.of(1), Float.NaN)).mean()));
        assertEquals(2.5, TraceStatistics.of(Tensor.of(Shape.of(2, 2), 1, 2, 3, 4).transpose(0, 1)).mean());
    }

    @Test
    @DisplayName("a folder holds the tensors bit by bit and what they are; what else lies in it stays")
    void writes() throws Exception {
        Path out = folder.resolve("traces/one");
        Files.createDirectories(out);
        Files.writeString(out.resolve("notes.txt"), "mine");
        Trace trace = recorder.record(model, IDS, TracePattern.of("blocks.0.*"));
        TraceFiles.write(trace, out);
        var tensors = SafetensorsReader.read(out.resolve(TraceFiles.TENSORS), NumberCheck.ANY).tensors();
        assertEquals(trace.places().keySet(), tensors.keySet());
        trace.places().forEach((place, value) -> assertArrayEquals(value.copy().floats(), tensors.get(place).copy().floats(), place));
        JsonObject facts = JsonParser.parseString(Files.readString(out.resolve(TraceFiles.FACTS))).getAsJsonObject();
        assertEquals("tiny", facts.get("model").getAsString());
        assertEquals("[3,1,4,1,5,9,2]", facts.get("ids").toString());
        assertEquals("a", facts.get("tokens").getAsJsonArray().get(0).getAsString());
        JsonObject first = facts.get("places").getAsJsonArray().get(0).getAsJsonObject();
        assertEquals("{\"name\":\"blocks.0.hook_resid_pre\",\"shape\":[1,7,15],\"recomputed\":false}", first.toString());
        assertTrue(facts.get("providers").toString().contains("\"slot\":\"matmul\""), facts.toString());
        assertEquals("mine", Files.readString(out.resolve("notes.txt")));

        TraceFiles.write(recorder.record(model, IDS, TracePattern.of("hook_embed")), out);
        assertEquals(Set.of("hook_embed"), SafetensorsReader.read(out.resolve(TraceFiles.TENSORS), NumberCheck.ANY).tensors().keySet());
        assertThrows(Problem.class, () -> TraceFiles.write(trace, out.resolve("notes.txt")));
        assertFalse(Files.exists(out.resolveSibling(".one.saving")));
    }
}
