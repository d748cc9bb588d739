package org.llmsys.memory.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.llmsys.bindings.NativeMemory;
import org.llmsys.bindings.NativeServers;
import org.llmsys.bindings.NativeServers.Server;
import org.llmsys.bindings.NativeServers.Settings;
import org.llmsys.tensor.WorkerPool;

/** Many clients at once: each stream has, byte for byte, the text that the same request has alone, and all memory comes back. */
class NativeServerLoadTest {

    private static final Path MODEL = Path.of("../../workspace/model").toAbsolutePath().normalize();
    private static final int KINDS = 40;
    private static final Pattern TEXT = Pattern.compile("\"text\":\"((?:[^\"\\\\]|\\\\.)*)\"");

    @Test
    @DisplayName("30 clients, two rounds")
    void few() throws Exception {
        serve(30, Duration.ZERO);
    }

    @Test
    @Tag("long")
    @DisplayName("200 clients for 60 s")
    void many() throws Exception {
        serve(200, Duration.ofSeconds(60));
    }

    /** Each client makes two requests at least, and goes on for so long. */
    private static void serve(int clients, Duration time) throws Exception {
        Assumptions.assumeTrue(Files.exists(MODEL), "no model is shipped");
        try (WorkerPool pool = WorkerPool.of(2)) {
            NativeServices services = NativeServices.orSkip(pool);
            NativeMemory memory = services.get(NativeMemory.class);
            long before = memory.total().liveBytes();
            Server server = services.get(NativeServers.class).start(new Settings(MODEL, "shipped"));
            try (HttpClient client = HttpClient.newHttpClient()) {
                List<String> alone = new ArrayList<>();
                for (int kind = 0; kind < KINDS; kind++) {
                    alone.add(text(client, server, kind, false));
                }
                long loaded = memory.total().liveBytes();
                long end = System.nanoTime() + time.toNanos();
                try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                    List<Future<Integer>> all = new ArrayList<>();
                    for (int i = 0; i < clients; i++) {
                        int first = i;
                        all.add(threads.submit(() -> stream(client, server, first, end, alone)));
                    }
                    for (Future<Integer> each : all) {
                        assertTrue(streams(each) >= 2);
                    }
                }
                assertEquals(loaded, memory.total().liveBytes(), "sessions are left");
            } finally {
                server.stop(Duration.ZERO);
            }
            assertEquals(before, memory.total().liveBytes());
        }
    }

    private static int streams(Future<Integer> client) throws InterruptedException {
        try {
            return client.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    private static int stream(HttpClient client, Server server, int first, long end, List<String> alone) throws IOException, InterruptedException {
        int count = 0;
        do {
            int kind = (first + 7 * count++) % KINDS;
            assertEquals(alone.get(kind), text(client, server, kind, true), "request " + kind);
        } while (count < 2 || System.nanoTime() < end);
        return count;
    }

    /** What one request is answered, as its JSON has it. */
    private static String text(HttpClient client, Server server, int kind, boolean stream) throws IOException, InterruptedException {
        String form = "{\"prompt\": \"The old clock\", \"max_tokens\": %d, \"seed\": %d, \"temperature\": %s, \"stream\": %s}";
        String body = form.formatted(5 + kind, kind, kind % 3 == 0 ? "0" : "0.9", stream);
        HttpResponse<String> answer = client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/v1/completions"))
                .version(HttpClient.Version.HTTP_1_1).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
        assertEquals(stream, answer.body().endsWith("data: [DONE]\n\n"));
        StringBuilder text = new StringBuilder();
        for (Matcher each = TEXT.matcher(answer.body()); each.find();) {
            text.append(each.group(1));
        }
        return text.toString();
    }
}
