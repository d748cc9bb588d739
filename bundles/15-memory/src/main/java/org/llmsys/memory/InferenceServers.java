package org.llmsys.memory;

import java.util.List;

import org.llmsys.bindings.NativeServers.Server;
import org.llmsys.bindings.NativeServers.Settings;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Starts servers over native models and knows those that run. What it started stops with the bundle.
 *
 * <pre>{@code
 * Server server = servers.start(new Settings(Path.of("model.gguf"), "model"));       // POST http://127.0.0.1:PORT/v1/completions
 * server.stop(Duration.ofSeconds(5));
 * }</pre>
 */
@ProviderType
public interface InferenceServers {

    /** @throws org.llmsys.assembly.Problem for a model that cannot be read, or an address that cannot be had */
    Server start(Settings settings);

    /** Those that were started and not stopped. */
    List<Running> running();

    /** A server that runs, and how it was started. */
    record Running(Settings settings, Server server) {
    }
}
