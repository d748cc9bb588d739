package org.llmsys.shell.internal.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A Python library.
 *
 * @param name  of the peer
 * @param fix   what a person does to have it
 * @param parts of the program: its own text, what some share, and {@code protocol.py} last
 */
record PythonPeer(String name, String fix, List<String> parts) implements PeerProgram {

    /**
     * @param name   of the library, as pip knows it
     * @param shared between the peer's own text and the protocol
     */
    static PythonPeer of(String name, String... shared) {
        List<String> parts = new ArrayList<>(List.of(name + ".py"));
        parts.addAll(List.of(shared));
        parts.add("protocol.py");
        return new PythonPeer(name, "pip install " + name, List.copyOf(parts));
    }

    /** The same under the name that people know. */
    PythonPeer called(String other) {
        return new PythonPeer(other, fix, parts);
    }

    @Override
    public List<String> command(int threads) {
        StringBuilder program = new StringBuilder();
        parts.forEach(part -> program.append(resource(part)));
        return List.of("python3", "-c", program.toString());
    }

    /** A file of this package. */
    static String resource(String file) {
        try (InputStream stream = PythonPeer.class.getResourceAsStream(file)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the bundle's file " + file + " cannot be read", e);
        }
    }
}
