package org.llmsys.bindings;

import java.nio.file.Path;
import java.time.Duration;

import org.osgi.annotation.versioning.ProviderType;

/** HTTP servers that run outside the virtual machine, over a native model. A service while the library has them. */
@ProviderType
public interface NativeServers {

    /**
     * Loads the model and returns when it listens.
     *
     * @throws org.llmsys.assembly.Problem for a model that cannot be read, an address that is taken, or one beyond this machine without a token
     */
    Server start(Settings settings);

    /**
     * @param model       llama2.c .bin, .gguf, .safetensors beside its config.json, or a folder
     * @param tokenizer   file or folder; null for the one that came with the model
     * @param name        what clients call the model
     * @param host        null for 127.0.0.1; another address only with a token
     * @param port        0 for a free one
     * @param token       that clients must send; null for none
     * @param maxSessions that run at the same time; 0 for the server's default
     * @param maxWaiting  beyond them; further ones are told to come back later; 0 for the server's default
     * @param maxTokens   of one request; 0 for the server's default
     */
    record Settings(Path model, Path tokenizer, String name, String host, int port, String token, int maxSessions, int maxWaiting, int maxTokens) {

        /** Loopback, a free port, no token. */
        public Settings(Path model, String name) {
            this(model, null, name, null, 0, null, 0, 0, 0);
        }

        /** Without the token. */
        @Override
        public String toString() {
            return "server of " + model + " as " + name + " on " + (host == null ? "127.0.0.1" : host) + ":" + port;
        }
    }

    /** One server that runs. Thread-safe. */
    @ProviderType
    interface Server extends AutoCloseable {

        /** Where it listens. */
        int port();

        /** Refuses new requests, lets those that run end for so long, cancels the rest, and gives the model back. Stopping twice is harmless. */
        void stop(Duration grace);

        /** Stops at once. */
        @Override
        default void close() {
            stop(Duration.ZERO);
        }
    }
}
