package org.llmsys.shell.internal.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * jtokkit, in a JVM of its own. No bundle sees it: it is taken from where Maven keeps what it has loaded, and the program beside it is a
 * single source file, which {@code java} compiles when it starts.
 */
record JtokkitPeer(Path jar, Scratch scratch) implements PeerProgram {

    private static final String VERSION = "1.1.0";
    private static final String SOURCE = "JtokkitProgram.java";

    JtokkitPeer(Scratch scratch) {
        this(Path.of(System.getProperty("user.home"), ".m2", "repository", "com", "knuddels", "jtokkit", VERSION, "jtokkit-" + VERSION + ".jar"), scratch);
    }

    @Override
    public String name() {
        return "jtokkit";
    }

    /** With the collector that is best for so many threads. */
    @Override
    public List<String> command(int threads) throws IOException {
        if (!Files.isRegularFile(jar)) {
            throw new IOException("jtokkit is not installed: there is no " + jar);
        }
        Path source = scratch.folder(name()).resolve(SOURCE);
        Files.writeString(source, PythonPeer.resource(SOURCE));
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                threads == 1 ? "-XX:+UseSerialGC" : "-XX:+UseParallelGC", "-cp", jar.toString(), source.toString());
    }

    @Override
    public String fix() {
        return "mvn dependency:get -Dartifact=com.knuddels:jtokkit:" + VERSION;
    }
}
