package org.llmsys.shell.internal.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.ModelConfig;

/** Decoding, reading prompts and batches, with models so small that nothing can be learnt from the figures; peers where they are installed. */
class WritingBenchmarksTest {

    private static final ModelShape GPT2 = new ModelShape("tiny-gpt2", new ModelConfig("gpt2", 97, 32, 64, 2, 2, 2, 96, 1e-5f, 10000, true, true,
            "pre-norm", "layernorm", "learned", "gelu-mlp", "gelu-tanh", 0));
    private static final ModelShape LLAMA = new ModelShape("tiny-llama", new ModelConfig("llama", 101, 32, 64, 2, 4, 2, 96, 1e-5f, 10000, false, true,
            "pre-norm", "rmsnorm", "rope", "swiglu", "silu", 0));

    @AutoClose
    private static final TestBench BENCH = new TestBench();

    @TempDir
    private Path folder;

    private List<Row> run(String name, String sizes, String types) throws Exception {
        return BENCH.run(new Request(name, sizes, "1", types, 1, false, false), new Overheard().console());
    }

    private static ModelTrials trials(Optional<Scratch> scratch) {
        return new ModelTrials(BENCH.assemblies(), WorkerPool.SERIAL, StepListener.NONE, List.of(), scratch);
    }

    private static ModelTrials.Work writing(int tokens) {
        return new ModelTrials.Work("single", new int[][] {{1}}, tokens);
    }

    @Test
    @DisplayName("decode gives tokens a second with the bytes of a token, the speed of reading and the share of it, in JSON and as rows")
    void decode() throws Exception {
        List<Row> rows = run("decode", "5x6", "q8_0");
        assertEquals("stories260K q8_0, 6 tokens", rows.getFirst().what());
        assertEquals("tokens/s", rows.getFirst().unit());
        Map<String, Object> json = rows.getFirst().json();
        assertEquals(Set.of("slot", "name", "case", "threads", "value", "unit", "bytesPerToken", "readBandwidth", "readShare"), json.keySet());
        json.values().stream().filter(Double.class::isInstance).forEach(value -> assertTrue((double) value > 0, json.toString()));
        assertEquals(List.of("MB", "GB/s", "tokens/s", "%"), rows.stream().skip(1).map(Row::unit).toList());
    }

    @Test
    @DisplayName("reading a prompt has a row for each type that is asked for")
    void prefill() throws Exception {
        List<Row> rows = run("prefill", "5x13", "bf16,f32");
        assertEquals(List.of("stories260K f32, prompt of 13", "stories260K bf16, prompt of 13"), rows.stream().map(Row::what).toList());
        assertEquals(List.of("f32", "bf16"), rows.stream().map(Row::name).toList());
        rows.forEach(row -> assertTrue(row.value() > 0 && row.unit().equals("tokens/s"), row.toString()));
    }

    @Test
    @DisplayName("several sequences are counted together; who asks for a batch asks the engine that shares steps")
    void batch() {
        List<Trial> trials = new BatchBenchmark(trials(Optional.empty())).trials(Sizes.read("5x3x4", "LxBxT"));
        assertEquals(List.of("stories260K f32, 3 sequences of 4", "stories260K q8_0, 3 sequences of 4"), trials.stream().map(Trial::what).toList());
        assertEquals(List.of("batch none 3 4", "batch-q8_0 none 3 4"), trials.stream().map(Trial::question).toList());
        assertEquals(24, trials.getFirst().measures().getFirst().of(0.5));
        Contestant batched = trials.getFirst().contestants().get().getFirst();
        assertTrue(assertThrows(Problem.class, () -> batched.seconds(1, Clock.WALL)).getMessage().contains("batched"),
                "it is not there without a framework");
        batched.close();
    }

    @Test
    @DisplayName("an unknown type or shape is wrong use; a prompt longer than the context says so")
    void wrongUse() {
        Problem type = assertThrows(Problem.class, () -> run("decode", "5x6", "q9_0"));
        assertTrue(type.exitStatus() == Problem.MISUSED && type.text().contains("q8_0"), type.text());
        Problem shape = assertThrows(Problem.class, () -> run("batch", "7x2x6", ""));
        assertTrue(shape.exitStatus() == Problem.MISUSED && shape.text().contains("6=stories15M"), shape.text());
        assertTrue(assertThrows(Problem.class, () -> run("prefill", "5x513", "f32")).text().contains("513"));
    }

    @Test
    @DisplayName("a token needs every matrix once, of positions one row: counted by hand for both families")
    void bytesPerToken() {
        long gpt2 = 97 * 64 + 2 * (64 * 192 + 64 * 64 + 2 * 64 * 96) + 64;                                     // matrices, and a row of positions
        long vectors = 2 * (192 + 64 + 96 + 64 + 4 * 64) + 2 * 64;
        assertEquals(4 * (gpt2 + vectors), RandomModel.of(GPT2, DType.F32).bytesPerToken());
        assertEquals((gpt2 - 64) / 32 * 34 + 4 * (vectors + 64), RandomModel.of(GPT2, DType.Q8_0).bytesPerToken());
        long llama = 101 * 64 + 2 * (64 * (64 + 32 + 32) + 64 * 64 + 3 * 64 * 96);
        assertEquals(4 * (llama + 5 * 64), RandomModel.of(LLAMA, DType.F32).bytesPerToken());
    }

    @Test
    @DisplayName("the peers' models lie in a folder as long as the trial lasts, in the forms that fit, and id 1 is never written")
    void files() throws Exception {
        try (Scratch scratch = new Scratch()) {
            Trial wide = trials(Optional.of(scratch)).trial(LLAMA, DType.F32, "x", List.of(), writing(20), "decode 20", true);
            Trial blocks = trials(Optional.of(scratch)).trial(GPT2, DType.Q4_0, "x", List.of(), writing(20), "decode 20", true);
            Contestant contestant = wide.contestants().get().getFirst();
            Path place = scratch.folder("tiny-llama-f32");
            assertTrue(wide.question().startsWith("decode ") && wide.question().endsWith("tiny-llama-f32 20"), wide.question());
            assertEquals(Set.of("config.json", "model.safetensors", "model.gguf", "model.bin", "tokenizer.bin",
                    "prompt.bin", "logits.bin", "ids.bin"), names(place));
            List<Integer> ids = numbers(place.resolve("ids.bin"));
            assertEquals(21, ids.size());
            assertFalse(ids.contains(1));
            contestant.close();
            assertFalse(Files.exists(place));
            blocks.contestants().get();
            assertTrue(blocks.question().startsWith("decode-q4_0 "), blocks.question());
            assertEquals(Set.of("model.gguf", "prompt.bin", "logits.bin", "ids.bin"), names(scratch.folder("tiny-gpt2-q4_0")));
        }
    }

    private static Set<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    private static List<Integer> numbers(Path file) throws IOException {
        List<Integer> numbers = new ArrayList<>();
        for (ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN); bytes.hasRemaining(); ) {
            numbers.add(bytes.getInt());
        }
        return numbers;
    }

    @ParameterizedTest
    @CsvSource({"torch,F32", "llama.cpp,F32", "llama.cpp,Q8_0", "llama.cpp,Q4_0"})
    @DisplayName("the real peer computes our network, of both families: it comes to our logits, writes, reads, batches; with other logits it declines")
    void real(String name, DType type) throws Exception {
        PeerProgram program = ModelTrials.PEERS.stream().filter(peer -> peer.name().equals(name)).findFirst().orElseThrow();
        try (Scratch scratch = new Scratch(); Peer peer = installed(name, program.command(1))) {
            for (ModelShape shape : List.of(GPT2, LLAMA)) {
                int[][] prompt = {ModelTrials.ids(13, shape.config().vocabSize())};
                Map<String, ModelTrials.Work> cases = Map.of("decode 5", writing(5), "batch 3 5",
                        new ModelTrials.Work("single", new int[][] {{1}, {2}, {3}}, 5),
                        "prefill", new ModelTrials.Work("single", prompt, 1));
                for (var each : cases.entrySet()) {
                    Trial trial = trials(Optional.of(scratch)).trial(shape, type, "x", List.of(), each.getValue(), each.getKey(), false);
                    try (Contestant contestant = trial.contestants().get().getFirst()) {
                        assertTrue(contestant.seconds(1, Clock.WALL) > 0);
                        assertTrue(peer.prepare(trial.question()).contains("logits within"), trial.question());
                        assertTrue(peer.seconds(2, Clock.WALL) > 0, trial.question());
                        Path logits = scratch.folder(shape.name() + "-" + RandomModel.name(type)).resolve("logits.bin");
                        byte[] other = Files.readAllBytes(logits);
                        for (int i = 3; i < other.length; i += 4) {
                            other[i] ^= (byte) 0x80;                                                        // the sign
                        }
                        Files.write(logits, other);
                        assertTrue(assertThrows(PeerDeclines.class, () -> peer.prepare(trial.question())).getMessage()
                                .startsWith("its logits are others"));
                    }
                }
            }
            assertNull(peer.prepare("decode-f64 none 5"));
        }
    }

    @Test
    @DisplayName("llama2.c's program is held to our ids and tells its own speed; one that stops early declines, and so does a model it cannot read")
    void llama2c() throws Exception {
        Path program = Files.writeString(folder.resolve("run"), """
                #!/bin/sh
                cat "$(dirname "$1")/said.txt"
                echo 'achieved tok/s: 50.000000' >&2
                """);
        Assumptions.assumeTrue(program.toFile().setExecutable(true));
        List<String> command = new ArrayList<>(List.of("env", "LLMSYS_LLAMA2C=" + program));
        command.addAll(Llama2cPeer.ofEnvironment().command(1));
        try (Scratch scratch = new Scratch(); Peer peer = installed("llama2c", command)) {
            Trial trial = trials(Optional.of(scratch)).trial(LLAMA, DType.F32, "x", List.of(), writing(5), "decode 5", true);
            trial.contestants().get();
            Path place = scratch.folder("tiny-llama-f32");
            List<String> ids = numbers(place.resolve("ids.bin")).stream().map(String::valueOf).toList();
            Files.writeString(place.resolve("said.txt"), String.join(" ", ids) + " \n");
            assertEquals("6 ids as ours", peer.prepare(trial.question()));
            assertEquals(0.1, peer.seconds(3, Clock.WALL), 1e-12);                                         // 5 tokens at 50 a second
            assertThrows(Problem.class, () -> peer.seconds(1, Clock.PROCESS), "its own figure is time as it passes");
            Files.writeString(place.resolve("said.txt"), String.join(" ", ids.subList(0, 3)) + " \n");
            assertTrue(assertThrows(PeerDeclines.class, () -> peer.prepare(trial.question())).getMessage().contains("3 ids"));
            Files.delete(place.resolve("model.bin"));
            assertTrue(assertThrows(PeerDeclines.class, () -> peer.prepare(trial.question())).getMessage().contains("model.bin"));
        }
    }

    private static Peer installed(String name, List<String> command) {
        try {
            return Peer.start(name, command, 1, Duration.ofSeconds(120));
        } catch (IOException e) {
            Assumptions.abort(name + " is not installed: " + e.getMessage());
            throw new AssertionError(e);
        }
    }
}
