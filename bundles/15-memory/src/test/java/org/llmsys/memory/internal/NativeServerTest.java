package org.llmsys.memory.internal;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.bindings.NativeMemory;
import org.llmsys.bindings.NativeServers;
import org.llmsys.bindings.NativeServers.Server;
import org.llmsys.bindings.NativeServers.Settings;
import org.llmsys.tensor.WorkerPool;

/** The control of servers over the real library, with the shipped model. */
class NativeServerTest {

    private static final Path MODEL = Path.of("../../workspace/model").toAbsolutePath().normalize();

    private static WorkerPool pool;
    private static NativeMemory memory;
    private static StartedServers servers;
    private long before;

    @BeforeAll
    static void load() {
        Assumptions.assumeTrue(Files.exists(MODEL), "no model is shipped");
        pool = WorkerPool.of(2);
        NativeServices services = NativeServices.orSkip(pool);
        memory = services.get(NativeMemory.class);
        servers = new StartedServers(services.get(NativeServers.class));
    }

    @AfterAll
    static void end() {
        if (pool != null) {
            pool.close();
        }
    }

    @BeforeEach
    void count() {
        before = memory.total().liveBytes();
    }

    @AfterEach
    void nothingIsLeft() {
        assertEquals(before, memory.total().liveBytes());
        assertEquals(0, servers.running().size());
    }

    private static HttpRequest completion(Server server, String body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/v1/completions")).version(HttpClient.Version.HTTP_1_1)
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)).build();
    }

    @Test
    @DisplayName("a started server is known, answers, and gives everything back when it is stopped, once or twice")
    void startsAndStops() throws Exception {
        Server server = servers.start(new Settings(MODEL, "shipped"));
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertEquals(server, servers.running().getFirst().server());
            HttpResponse<String> answer = client.send(completion(server, "{\"prompt\": \"The old clock\", \"max_tokens\": 13, \"temperature\": 0}"),
                    BodyHandlers.ofString());
            assertEquals(200, answer.statusCode(), answer.body());
            assertTrue(answer.body().contains("\"completion_tokens\":13"), answer.body());
        } finally {
            server.stop(Duration.ofSeconds(5));
        }
        server.stop(Duration.ZERO);
        assertEquals(0, servers.running().size());
    }

    @Test
    @DisplayName("stopped in the middle of streams: they end with an error or without their end, and their memory comes back")
    void stopsInTheMiddle() throws Exception {
        Server server = servers.start(new Settings(MODEL, "shipped"));
        try (HttpClient client = HttpClient.newHttpClient()) {
            String body = "{\"prompt\": \"The old clock\", \"max_tokens\": 4096, \"stream\": true, \"seed\": %d}";
            var streams = Stream.of(1, 2, 3, 4, 5).map(body::formatted)
                    .map(each -> client.sendAsync(completion(server, each), BodyHandlers.ofLines())).toList();
            for (CompletableFuture<HttpResponse<Stream<String>>> stream : streams) {
                assertEquals(200, stream.get().statusCode());
            }
            assertTrue(memory.total().liveBytes() > before);
            server.stop(Duration.ZERO);
            for (CompletableFuture<HttpResponse<Stream<String>>> stream : streams) {
                try (Stream<String> lines = stream.get().body()) {
                    boolean whole = lines.anyMatch(line -> line.equals("data: [DONE]"));
                    assertFalse(whole && memory.total().liveBytes() != before);
                } catch (java.io.UncheckedIOException cut) {
                    assertTrue(cut.getCause() instanceof IOException);
                }
            }
        } finally {
            server.stop(Duration.ZERO);
        }
    }

    @Test
    @DisplayName("no model, no tokenizer, a taken port, an open address without a token: a problem that names it, and nothing stays loaded")
    void problems() {
        Server server = servers.start(new Settings(MODEL, "shipped"));
        try {
            assertAll(
                    () -> told("no-such-model", new Settings(MODEL.resolve("no-such-model"), "x")),
                    () -> told("no-such-file", new Settings(MODEL, MODEL.resolve("no-such-file"), "x", null, 0, null, 0, 0, 0)),
                    () -> told(Integer.toString(server.port()), new Settings(MODEL, null, "x", null, server.port(), null, 0, 0, 0)),
                    () -> told("token", new Settings(MODEL, null, "x", "0.0.0.0", 0, null, 0, 0, 0)),
                    () -> told("max_sessions", new Settings(MODEL, null, "x", null, 0, null, 5000, 0, 0)));
            assertEquals(1, servers.running().size());
        } finally {
            server.stop(Duration.ZERO);
        }
    }

    private static void told(String mentions, Settings settings) {
        Problem problem = assertThrows(Problem.class, () -> servers.start(settings), mentions);
        assertTrue(problem.text().contains(mentions), () -> "does not mention " + mentions + ": " + problem.text());
        assertTrue(problem.text().matches("(?s)error: .+\nwhy: .+\nfix: .+"), problem.text());
    }
}
