package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.integration.harness.CommandLine;
import org.llmsys.integration.harness.CommandLine.Result;
import org.llmsys.integration.harness.Said;

/** {@code ./llmsys serve --engine native} with the shipped model: real script, real process, real sockets. Without a native build: what it says. */
class ServeCommandTest {

    private static final String PROMPT = "The old clock";
    private static final int TOKENS = 60;

    @TempDir
    static Path folder;
    private static CommandLine llmsys;
    private static boolean nativeBuild;

    @BeforeAll
    static void look() {
        Assumptions.assumeTrue(CommandLine.isBuilt(), "the launcher is not built: mvn -pl launcher -am package");
        llmsys = new CommandLine(folder);
        JsonObject engine = Said.object(llmsys.run("doctor", "--json"), "native").getAsJsonObject("native");
        nativeBuild = engine.get("loaded").getAsBoolean() && engine.get("memory").getAsString().equals("Rust");
    }

    @Test
    @DisplayName("greedy text over HTTP is, byte for byte, what generate writes in Java; Ctrl-C ends the server, with 130")
    void sameTextAndCtrlC() throws Exception {
        Assumptions.assumeTrue(nativeBuild, "there is no native engine with a server");
        Result alone = llmsys.run("generate", "--prompt", PROMPT, "--temperature", "0", "--max-tokens", Integer.toString(TOKENS), "--no-slide",
                "--json");
        String expected = Said.object(alone, "text").get("text").getAsString();
        Path out = folder.resolve("serve-out.txt");
        Path err = folder.resolve("serve-err.txt");
        Process process = llmsys.start(out, err, "serve", "--engine", "native", "--port", "0", "--json");
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI url = URI.create(listening(process, out, err).get("url").getAsString());
            String body = "{\"prompt\": \"" + PROMPT + "\", \"max_tokens\": " + TOKENS + ", \"temperature\": 0}";
            HttpRequest request = HttpRequest.newBuilder(url.resolve("/v1/completions")).version(HttpClient.Version.HTTP_1_1)
                    .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)).build();
            JsonObject answer = JsonParser.parseString(client.send(request, BodyHandlers.ofString()).body()).getAsJsonObject();
            assertEquals(expected, answer.getAsJsonArray("choices").get(0).getAsJsonObject().get("text").getAsString());

            new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> "Ctrl-C does not end it: " + read(err));
            assertEquals(130, process.exitValue(), read(err));
            assertTrue(read(err).contains("stopped"), read(err));
            Assertions.assertThrows(ConnectException.class, () -> client.send(request, BodyHandlers.ofString()));
        } finally {
            process.destroyForcibly();
        }
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    @DisplayName("a signal in the middle of streams: each ends with an event that says so, the server is gone, and the status is the shell's")
    void signalInTheMiddle(String signal, int status) throws Exception {
        Assumptions.assumeTrue(nativeBuild, "there is no native engine with a server");
        Path out = folder.resolve(signal + "-out.txt");
        Path err = folder.resolve(signal + "-err.txt");
        Process process = llmsys.start(out, err, "serve", "--engine", "native", "--port", "0", "--grace", "0.1", "--json");
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI url = URI.create(listening(process, out, err).get("url").getAsString());
            String prompts = String.join(",", Collections.nCopies(64, "\"" + PROMPT + "\""));
            HttpRequest request = HttpRequest.newBuilder(url.resolve("/v1/completions")).version(HttpClient.Version.HTTP_1_1)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\": [" + prompts + "], \"max_tokens\": 100, \"stream\": true, \"seed\": 1}"))
                    .build();
            List<Iterator<String>> streams = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Iterator<String> lines = client.send(request, BodyHandlers.ofLines()).body().iterator();
                assertTrue(lines.next().startsWith("data: {"), "it has begun");
                streams.add(lines);
            }
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
            for (Iterator<String> lines : streams) {
                String last = "";
                while (lines.hasNext()) {
                    String line = lines.next();
                    last = line.isEmpty() ? last : line;
                }
                assertTrue(last.startsWith("data: {\"error\""), "64 texts are not written in so short a time, and the last event was " + last);
            }
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> signal + " does not end it: " + read(err));
            assertEquals(status, process.exitValue(), read(err));
            assertTrue(read(err).contains("stopped"), read(err));
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    @DisplayName("an open address without a token, another engine, a model that is not there: refused; without a native build it says so")
    void refused() {
        Said.refused(2, "--token-file", llmsys.run("serve", "--host", "0.0.0.0"));
        Said.refused(2, "--engine native", llmsys.run("serve", "--engine", "java"));
        Said.refused(1, "no-such-model", llmsys.run("serve", "--model", "no-such-model"));
        if (!nativeBuild) {
            Said.refused(1, "./llmsys build native", llmsys.run("serve"));
        }
    }

    /** What it prints when it listens. */
    private static JsonObject listening(Process process, Path out, Path err) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!read(out).endsWith("\n")) {
            assertTrue(process.isAlive() && System.nanoTime() < deadline, () -> "it does not listen: " + read(err));
            Thread.sleep(20);
        }
        JsonObject told = JsonParser.parseString(read(out)).getAsJsonObject();
        assertEquals("native", told.get("engine").getAsString());
        assertNull(told.get("error"));
        return told;
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }
}
