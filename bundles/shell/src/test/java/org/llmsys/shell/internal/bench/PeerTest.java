package org.llmsys.shell.internal.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Problem;

/** The protocol with a peer that is a small shell script, then the real ones where they are installed. */
class PeerTest {

    private static final String FAKE = """
            echo ready fake 1.0 with $OMP_NUM_THREADS threads
            while read -r word rest; do
              case "$word $rest" in
                'prepare known 8 9') echo ok somehow ;;
                'prepare damaged') echo failed ValueError: no such thing ;;
                'prepare other') echo declined its ids are others ;;
                'prepare '*) echo unknown ;;
                'run 13 WALL') echo crashed >&2; exit 7 ;;
                'run 14 WALL') echo seconds soon ;;
                'run '*) echo seconds 2.5e-3 ;;
              esac
            done
            """;

    private Set<Long> before;

    @BeforeEach
    void remember() {
        before = children();
    }

    @AfterEach
    void noProcessIsLeft() {
        Set<Long> left = children();
        left.removeAll(before);
        assertEquals(Set.of(), left);
    }

    private static Set<Long> children() {
        return ProcessHandle.current().descendants().filter(ProcessHandle::isAlive).map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    private static Peer start(String script) throws IOException {
        return Peer.start("fake", List.of("sh", "-c", script), 3, Duration.ofSeconds(60));
    }

    @Test
    @DisplayName("a peer says who it is, knows some cases and not others, and answers with seconds; it is told the number of threads")
    void protocol() throws Exception {
        try (Peer peer = start(FAKE)) {
            assertEquals("fake 1.0 with 3 threads", peer.version());
            assertNull(peer.prepare("other 8"));
            assertEquals("somehow", peer.prepare("known 8 9"));
            assertEquals(0.0025, peer.seconds(5, Clock.WALL));
            peer.rest();
        }
    }

    @Test
    @DisplayName("what a peer cannot do is one error with its reason")
    void failed() throws IOException {
        try (Peer peer = start(FAKE)) {
            Problem problem = assertThrows(Problem.class, () -> peer.prepare("damaged"));
            assertEquals("the peer fake could not do its part", problem.getMessage());
            assertEquals("failed ValueError: no such thing", problem.why());
            assertEquals("it gave soon as its seconds", assertThrows(Problem.class, () -> peer.seconds(14, Clock.WALL)).why());
        }
    }

    @Test
    @DisplayName("a peer that declines a case says why, and serves the next one")
    void declines() throws Exception {
        try (Peer peer = start(FAKE)) {
            assertEquals("its ids are others", assertThrows(PeerDeclines.class, () -> peer.prepare("other")).getMessage());
            assertEquals("somehow", peer.prepare("known 8 9"));
        }
    }

    @Test
    @DisplayName("a peer that dies is one error with the status of its process")
    void dies() throws IOException {
        try (Peer peer = start(FAKE)) {
            Problem problem = assertThrows(Problem.class, () -> peer.seconds(13, Clock.WALL));
            assertEquals("the peer fake is gone", problem.getMessage());
            assertTrue(problem.why().contains("status 7"), problem.why());
            assertThrows(Problem.class, () -> peer.seconds(1, Clock.WALL), "and stays gone");
        }
    }

    @Test
    @DisplayName("a peer that does not answer in time is ended")
    void bounded() throws IOException {
        try (Peer peer = Peer.start("fake", List.of("sh", "-c", "echo ready fake; exec sleep 1000"), 1, Duration.ofSeconds(1))) {
            assertTrue(assertThrows(Problem.class, () -> peer.seconds(1, Clock.WALL)).why().startsWith("it did not answer within 1 seconds"));
        }
    }

    @Test
    @DisplayName("closing a peer from another thread, as Ctrl-C does, ends it in the middle of its work")
    void closedWhileItWorks() throws Exception {
        Peer peer = Peer.start("fake", List.of("sh", "-c", "echo ready fake; exec sleep 1000"), 1, Duration.ofSeconds(60));
        CompletableFuture<Void> work = CompletableFuture.runAsync(() -> peer.seconds(1, Clock.WALL));
        peer.close();
        assertThrows(Exception.class, () -> work.get(20, TimeUnit.SECONDS));
    }

    @Test
    @DisplayName("a peer that is not there says why: no such program, no such library, or an end without a word")
    void missing() {
        assertEquals("there is no no-such-program-here on the PATH",
                assertThrows(IOException.class, () -> Peer.start("fake", List.of("no-such-program-here"), 1, Duration.ofSeconds(60))).getMessage());
        assertEquals("No module named 'fake'", assertThrows(IOException.class, () -> start("echo missing No module named \\'fake\\'")).getMessage());
        assertEquals("its process ended with status 3", assertThrows(IOException.class, () -> start("exit 3")).getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"numpy", "torch"})
    @DisplayName("the real peer knows every case of our benchmarks, answers at tiny sizes, and survives a question it cannot answer")
    void real(String name) throws Exception {
        try (Peer peer = installed(name)) {
            assertTrue(peer.version().startsWith(name + " "), peer.version());
            for (String question : List.of("matmul 3 4 5", "gemv 7 5", "gemv-transposed 7 5", "softmax 3 5", "softmax-backward 3 5", "layernorm 3 5",
                    "layernorm-backward 3 5")) {
                assertTrue(peer.prepare(question) != null, question);
                assertTrue(peer.seconds(2, Clock.WALL) > 0 && peer.seconds(2, Clock.PROCESSOR) >= 0, question);
            }
            assertEquals(name.equals("torch"), peer.prepare("train 2 8 65 16 1 2 32") != null, "numpy cannot train");
            assertNull(peer.prepare("no-such-case 1"));
            assertThrows(Problem.class, () -> peer.prepare("matmul 3"));
            assertTrue(peer.prepare("matmul 1 1 1") != null);
        }
    }

    @Test
    @DisplayName("the real peer ends by itself when its pipe closes, whatever has become of us")
    void endsWithItsPipe() throws Exception {
        installed("numpy").close();                          // skips where it is not
        Process python = new ProcessBuilder(PythonPeer.of("numpy").command(1)).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        python.getOutputStream().close();
        assertTrue(python.waitFor(30, TimeUnit.SECONDS));
        assertEquals(0, python.exitValue());
    }

    private static Peer installed(String name) {
        try {
            return Peer.start(name, PythonPeer.of(name).command(1), 1, Duration.ofSeconds(120));
        } catch (IOException e) {
            Assumptions.abort(name + " is not installed: " + e.getMessage());
            throw new AssertionError(e);
        }
    }
}
