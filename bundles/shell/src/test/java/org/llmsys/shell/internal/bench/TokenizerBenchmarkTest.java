package org.llmsys.shell.internal.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType;

/** Tiny vocabularies of a tiny text: who takes part, with which rows, and whether other ids are noticed. */
class TokenizerBenchmarkTest {

    private static final String TEXT = "the cat sat on the mat, and the rat that sat there ran\nthe café of 2024 is no café\n".repeat(40);

    @AutoClose
    private static final TestBench BENCH = new TestBench();

    private final Overheard overheard = new Overheard();

    @TempDir
    private Path folder;

    private Material material(Optional<Path> tokenizer) throws IOException {
        return new Material(Files.writeString(folder.resolve("a text.txt"), TEXT), TEXT, false, tokenizer);
    }

    private List<Row> run(String names, boolean cpuTime, Material material) throws Exception {
        return BENCH.run(new Request(Benchmarks.TOKENIZER, "300", "1", names, 1, false, cpuTime, Optional.of(material), Optional.empty()),
                overheard.console());
    }

    private static Tokenizer learned(String kind) {
        return BENCH.assemblies().hold(TokenizerType.class, kind).provider()
                .train(TEXT, new TokenizerType.TrainingSettings(300, 2), Job.silent("merges"));
    }

    @Test
    @DisplayName("a kind and learning have a row each, learning another one with the memory; CPU time is said; nothing is left on the disk")
    void rows() throws Exception {
        List<Row> rows = run("wordpiece,learning", true, material(Optional.empty()));
        assertEquals(List.of("wordpiece", "byte-bpe"), rows.stream().map(Row::name).limit(2).toList());
        assertEquals("encode a_text.txt, V learned, at most 300, CPU time", rows.get(0).what());
        assertEquals("MB/s", rows.get(0).unit());
        assertEquals("learn a_text.txt, V 300, CPU time", rows.get(1).what());
        assertEquals("s", rows.get(1).unit());
        if (Files.exists(Path.of("/proc/self/status"))) {
            assertEquals("learn a_text.txt, V 300, CPU time, peak memory of the process", rows.get(2).what());
            assertTrue(rows.get(2).value() > 1, rows.toString());
        }
    }

    @Test
    @DisplayName("with a file its vocabulary is measured and nothing is learned; other names are wrong use")
    void file() throws Exception {
        Tokenizer tokenizer = learned("byte-bpe");
        Path file = Files.writeString(folder.resolve("tokenizer.json"), tokenizer.toJson());
        List<Row> rows = run("", false, material(Optional.of(file)));
        assertEquals(List.of("encode a_text.txt, V " + tokenizer.vocabSize()), rows.stream().map(Row::what).toList());
        assertTrue(rows.getFirst().value() > 0);
        Material material = material(Optional.of(file));
        assertEquals(Problem.MISUSED, assertThrows(Problem.class, () -> run("unigram", false, material)).exitStatus());
        assertEquals(List.of("--text=" + folder.resolve("a text.txt"), "--tokenizer=" + file), material.options());
    }

    @Test
    @DisplayName("two threads encode everything too, and what they bring over one is a row")
    void twoThreads() throws Exception {
        Tokenizer tokenizer = learned("byte-bpe");
        Trial trial = new Trial("tokenizer", "case", List.of(new Measure.Rate("MB/s", 1)),
                () -> List.of(new EncodingContestant("char", tokenizer, List.of(TEXT, TEXT, TEXT), 2)), "encode", 0.001);
        List<Row> rows = new Measurement(2, 3, List.of(), List.of(), Clock.WALL, overheard.console()).run("tokenizer", List.of(trial));
        assertEquals(List.of("case", "case, over one thread"), rows.stream().map(Row::what).toList());
        assertEquals("times", rows.get(1).unit());
        assertTrue(rows.get(1).value() > 0);
        try (EncodingContestant damaged = new EncodingContestant("char", learned("char"), List.of("a", "\u4E2D"), 2)) {
            assertThrows(Problem.class, () -> damaged.seconds(1, Clock.WALL), "what a thread cannot do is said");
        }
    }

    @Test
    @DisplayName("a peer that is not there is missing with what to do about it, and the others go on")
    void missing() throws Exception {
        try (Scratch scratch = new Scratch();
                Peers peers = Peers.start(List.of(new JtokkitPeer(folder.resolve("no.jar"), scratch), new Shell("echo ready fake 1.0; cat")), 1,
                        overheard.console())) {
            assertEquals(List.of("fake"), peers.all().stream().map(Peer::name).toList());
        }
        String said = overheard.said();
        assertTrue(said.contains("no peer jtokkit: jtokkit is not installed: there is no " + folder.resolve("no.jar") + " (mvn dependency:get "), said);
    }

    /** A peer that is a small script. */
    private record Shell(String script) implements PeerProgram {

        @Override
        public String name() {
            return "fake";
        }

        @Override
        public List<String> command(int threads) {
            return List.of("sh", "-c", script);
        }

        @Override
        public String fix() {
            return "";
        }
    }

    @ParameterizedTest
    @CsvSource({"jtokkit,byte-bpe", "tiktoken,byte-bpe", "tokenizers,byte-bpe", "tokenizers,wordpiece", "tokenizers,sentencepiece-bpe",
            "tokenizers,unigram", "sentencepiece,sentencepiece-bpe", "sentencepiece,unigram"})
    @DisplayName("the real peer comes to our ids, is measured, and notices when one id is another")
    void real(String name, String kind) throws Exception {
        Tokenizer tokenizer = learned(kind);
        List<String> texts = List.of("the cat of 2025\n\n", "a zébra", "");
        try (Scratch scratch = new Scratch(); Peer peer = installed(name, scratch)) {
            Path place = scratch.folder("with a blank");
            new PeerFolder(place).write(tokenizer, Optional.empty(), texts);
            Assumptions.assumeTrue(!name.equals("sentencepiece") || Files.exists(place.resolve("tokenizer.model")));
            String question = "encode-" + kind + " " + URLEncoder.encode(place.toString(), StandardCharsets.UTF_8);
            assertNotEquals(null, peer.prepare(question));
            for (Clock clock : Clock.values()) {
                assertTrue(peer.seconds(2, clock) >= 0);
            }
            byte[] ids = Files.readAllBytes(place.resolve("ids.bin"));
            ids[4] ^= 1;
            Files.write(place.resolve("ids.bin"), ids);
            String why = assertThrows(PeerDeclines.class, () -> peer.prepare(question)).getMessage();
            assertTrue(why.startsWith("its ids are others: document 0, place 0: ["), why);
            assertEquals(null, peer.prepare("encode-no-such-kind x"));
        }
    }

    private static Peer installed(String name, Scratch scratch) {
        PeerProgram program = name.equals("jtokkit") ? new JtokkitPeer(scratch) : PythonPeer.of(name, "texts.py");
        try {
            return Peer.start(name, program.command(1), 1, Duration.ofSeconds(120));
        } catch (IOException e) {
            Assumptions.abort(name + " is not installed: " + e.getMessage());
            throw new AssertionError(e);
        }
    }
}
