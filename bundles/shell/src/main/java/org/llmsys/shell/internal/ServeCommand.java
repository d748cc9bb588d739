package org.llmsys.shell.internal;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.llmsys.assembly.Problem;
import org.llmsys.bindings.NativeLibrary;
import org.llmsys.bindings.NativeServers.Server;
import org.llmsys.bindings.NativeServers.Settings;
import org.llmsys.memory.InferenceServers;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Keeps a server running until Ctrl-C. Servers are there only with a native build; without one the command says what is missing. */
@Component(property = Command.NAME + "=serve")
public final class ServeCommand implements Command {

    private static final String NATIVE = "native";
    private static final String LOOPBACK = "127.0.0.1";
    /** How often it looks whether the server still runs: its bundle may be stopped. */
    private static final long LOOK_MILLIS = 200;
    private static final int LONGEST_TOKEN = 4096;

    private volatile InferenceServers servers;
    private volatile NativeLibrary library;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void setServers(InferenceServers servers) {
        this.servers = servers;
    }

    void unsetServers(InferenceServers gone) {
        if (servers == gone) {
            servers = null;
        }
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void setLibrary(NativeLibrary library) {
        this.library = library;
    }

    void unsetLibrary(NativeLibrary gone) {
        if (library == gone) {
            library = null;
        }
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException, InterruptedException {
        arguments.words(new String[0]);
        String engine = arguments.required("--engine");
        if (!engine.equals(NATIVE)) {
            throw Problem.misused("there is no server over the engine " + engine, "the only one with a server is " + NATIVE,
                    "write --engine " + NATIVE);
        }
        Settings settings = settings(arguments);
        requireTokenBeyondThisMachine(settings);
        InferenceServers starter = servers;
        if (starter == null) {
            throw missing(library);
        }
        CountDownLatch ended = new CountDownLatch(1);
        Server server = starter.start(settings);
        try {
            console.onCancel(ended::countDown);
            tell(settings, server, arguments.has("--json"), console);
            while (!ended.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                if (starter.running().stream().noneMatch(each -> each.server() == server)) {
                    throw Problem.failed("the server of " + settings.name() + " was stopped", "its bundle was stopped or updated",
                            "start the bundle org.llmsys.memory and serve again");
                }
            }
        } finally {
            server.stop(Duration.ofMillis((long) (1000 * arguments.number("--grace"))));
        }
        console.err().println("stopped");
        return 0;
    }

    private static Settings settings(Arguments arguments) throws IOException {
        Path model = Models.path(arguments);
        Path tokenizer = arguments.path("--tokenizer").orElse(null);
        if (tokenizer != null && !Files.exists(tokenizer)) {
            throw Problem.failed("there is no tokenizer at " + tokenizer, "no such file or folder",
                    "give --tokenizer a file or a folder that has one");
        }
        String name = arguments.text("--name").orElseGet(() -> model.toAbsolutePath().normalize().getFileName().toString());
        Path tokenFile = arguments.path("--token-file").orElse(null);
        return new Settings(model, tokenizer, name, arguments.required("--host"), (int) arguments.whole("--port"),
                tokenFile == null ? null : token(tokenFile), (int) arguments.whole("--max-sessions"), (int) arguments.whole("--max-waiting"),
                (int) arguments.whole("--max-tokens"));
    }

    /** The server refuses it too, but only when the model has been read. */
    private static void requireTokenBeyondThisMachine(Settings settings) {
        InetAddress address;
        try {
            address = settings.host().equals("localhost") ? InetAddress.getLoopbackAddress() : InetAddress.ofLiteral(settings.host());
        } catch (IllegalArgumentException e) {
            throw Problem.misused("--host cannot be " + settings.host(), "it is no IP address, and names are not looked up",
                    "write an address of this machine, such as " + LOOPBACK + " or ::1");
        }
        if (!address.isLoopbackAddress() && settings.token() == null) {
            throw Problem.misused("serve will not listen at " + settings.host() + " without a token",
                    "everyone who reaches that address could use the model", "give --token-file a file with a token in its first line, or leave --host out");
        }
    }

    /** The first line; a file and not an option, because everybody on the machine can read the words of a command. */
    private static String token(Path file) throws IOException {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw Problem.failed("there is no token in " + file, "no such file, or it cannot be read", "write a line of letters and digits into it");
        }
        byte[] start;
        try (var in = Files.newInputStream(file)) {
            start = in.readNBytes(LONGEST_TOKEN + 2);
        }
        String token = new String(start, StandardCharsets.UTF_8).lines().findFirst().orElse("").strip();
        if (token.isEmpty() || token.length() > LONGEST_TOKEN || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw Problem.failed("the first line of " + file + " is no token",
                    "a token has 1 to " + LONGEST_TOKEN + " characters of ASCII without spaces", "write a line of letters and digits into it");
        }
        return token;
    }

    private static Problem missing(NativeLibrary library) {
        String why = library == null ? "no bundle offers the native engine" : !library.loaded() ? library.reason()
                : "it was built without cargo, and the server is in Rust";
        String fix = library != null && library.loaded() ? "install cargo (rustup.rs has it) and run ./llmsys build native"
                : "run ./llmsys build native; ./llmsys doctor says what it needs here";
        return Problem.failed("the native engine cannot serve", why, fix);
    }

    private static void tell(Settings settings, Server server, boolean asJson, Console console) {
        String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
        String url = "http://" + host + ":" + server.port();
        if (asJson) {
            console.json(Json.object("url", url, "host", settings.host(), "port", server.port(), "model", settings.name(), "engine", NATIVE, "token",
                    settings.token() != null));
            return;
        }
        console.out().println("serving " + settings.name() + " at " + url + (settings.host().equals(LOOPBACK) ? ", for this machine only" : "")
                + (settings.token() == null ? "" : ", for who has the token"));
        console.out().println("ask: curl " + url + "/v1/completions -H 'Content-Type: application/json'"
                + (settings.token() == null ? "" : " -H 'Authorization: Bearer TOKEN'")
                + " -d '{\"prompt\": \"Once upon a time\", \"max_tokens\": 50}'");
        console.out().println("Ctrl-C ends it");
        console.out().flush();
    }
}
