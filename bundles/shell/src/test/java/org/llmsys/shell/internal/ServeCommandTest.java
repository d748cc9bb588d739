package org.llmsys.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;
import org.llmsys.bindings.NativeImplementation;
import org.llmsys.bindings.NativeLibrary;
import org.llmsys.bindings.NativeServers.Server;
import org.llmsys.bindings.NativeServers.Settings;
import org.llmsys.memory.InferenceServers;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Console;
import org.llmsys.shell.HelpPage;

/** What serve hands to the servers, when it ends, and what it says where there are none. */
class ServeCommandTest {

    /** A server that notes how it was stopped. */
    private static final class Servers implements InferenceServers {

        private final List<Running> running = new CopyOnWriteArrayList<>();
        private final List<Duration> stopped = new CopyOnWriteArrayList<>();

        @Override
        public Server start(Settings settings) {
            Server server = new Server() {

                @Override
                public int port() {
                    return settings.port() == 0 ? 4711 : settings.port();
                }

                @Override
                public void stop(Duration grace) {
                    stopped.add(grace);
                    running.clear();
                }
            };
            running.add(new Running(settings, server));
            return server;
        }

        @Override
        public List<Running> running() {
            return running;
        }
    }

    private record Library(boolean loaded, String reason) implements NativeLibrary {

        @Override
        public String version() {
            return null;
        }

        @Override
        public String cpu() {
            return null;
        }

        @Override
        public int threads() {
            return 0;
        }

        @Override
        public List<NativeImplementation> implementations() {
            return List.of();
        }

        @Override
        public long copies() {
            return 0;
        }
    }

    @TempDir
    Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Console console = new Console(InputStream.nullInputStream(), new PrintStream(out, true),
            new PrintStream(new ByteArrayOutputStream()), false, false);
    private final ServeCommand command = new ServeCommand();

    private int serve(String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of("--model", folder.toString()));
        all.addAll(List.of(words));
        return command.run(new Arguments(HelpPage.of("serve").orElseThrow(), all), console);
    }

    private String refused(String... words) {
        Problem problem = assertThrows(Problem.class, () -> serve(words));
        return problem.text();
    }

    @Test
    @DisplayName("it serves until it is cancelled, gives requests their time, and says where it listens")
    void untilCancelled() throws Exception {
        Servers servers = new Servers();
        command.setServers(servers);
        Path token = Files.writeString(folder.resolve("token"), "abc123\nnot this\n");
        Thread ctrlC = new Thread(() -> {
            while (servers.running().isEmpty() || !out.toString(StandardCharsets.UTF_8).contains("\n")) {
                Thread.onSpinWait();
            }
            console.cancel();
        });
        Settings[] seen = new Settings[1];
        ctrlC.start();
        console.onCancel(() -> seen[0] = servers.running().getFirst().settings());
        assertEquals(0, serve("--host", "::", "--token-file", token.toString(), "--name", "my model", "--max-sessions", "3", "--max-waiting", "13",
                "--max-tokens", "207", "--grace", "1.5", "--json"));
        ctrlC.join();
        assertEquals(new Settings(folder, null, "my model", "::", 8080, "abc123", 3, 13, 207), seen[0]);
        assertEquals(List.of(Duration.ofMillis(1500)), servers.stopped);
        JsonObject told = JsonParser.parseString(out.toString(StandardCharsets.UTF_8)).getAsJsonObject();
        assertEquals("http://[::]:8080", told.get("url").getAsString());
        assertTrue(told.get("token").getAsBoolean());
        assertFalse(out.toString(StandardCharsets.UTF_8).contains("abc123"), "the token is told");
    }

    @Test
    @DisplayName("a server that is gone, because its bundle was stopped, ends the command with a problem")
    void bundleStopped() {
        Servers servers = new Servers();
        command.setServers(servers);
        new Thread(() -> {
            while (servers.running().isEmpty()) {
                Thread.onSpinWait();
            }
            servers.running().clear();
        }).start();
        assertTrue(refused().contains("was stopped"));
    }

    @Test
    @DisplayName("without a native build it says what is missing: no library, or one without the server")
    void nothingToServeWith() {
        assertTrue(refused().contains("no bundle offers the native engine"));
        command.setLibrary(new Library(false, "there is no libllmsys"));
        assertTrue(refused().startsWith("error: the native engine cannot serve\nwhy: there is no libllmsys\nfix: run ./llmsys build native"), refused());
        command.setLibrary(new Library(true, null));
        assertTrue(refused().contains("without cargo") && refused().contains("install cargo"));
    }

    @Test
    @DisplayName("an engine without a server, an open address without a token, a name for an address, no token in the file: refused before it starts")
    void misused() throws Exception {
        Servers servers = new Servers();
        command.setServers(servers);
        Path empty = Files.writeString(folder.resolve("empty"), "\nabc\n");
        assertTrue(refused("--engine", "java").contains("--engine native"));
        assertTrue(refused("--host", "0.0.0.0").contains("--token-file"));
        assertTrue(refused("--host", "192.168.1.20").contains("without a token"));
        assertTrue(refused("--host", "example.org").contains("no IP address"));
        assertTrue(refused("--token-file", empty.toString()).contains("is no token"));
        assertTrue(refused("--token-file", folder.resolve("none").toString()).contains("cannot be read"));
        assertTrue(refused("--tokenizer", folder.resolve("none").toString()).contains("no tokenizer"));
        assertEquals(List.of(), servers.running());
    }
}
